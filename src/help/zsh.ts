import { PROGRAM } from "../version.ts";
import type { CommandHelp, Flag } from "./commands.ts";
import { quoteWord } from "./quote.ts";

/** A completion script for zsh, to be sourced after `compinit` or to lie in a folder of `$fpath` as `_automation-reports`. */
export function writeZsh(commands: CommandHelp[]): string {
  return `#compdef ${PROGRAM}
_automation_reports_names() {
  local -a config names given
  local value index=\${words[(I)(-c|--config)]}
  (( index )) && value=\${words[index + 1]}
  index=\${words[(I)--config=*]}
  (( index )) && value=\${words[index]#--config=}
  value=\${(Q)value}
  [[ -n $value ]] && config=(--config "\${value/#\\~\\//$HOME/}")
  names=(\${(f)"$(${PROGRAM} completion names $1 $config 2>/dev/null)"})
  [[ $PREFIX == *,* ]] && given=(\${(s:,:)\${PREFIX%,*}}) && names=(\${names:|given})
  compset -P '*,'
  compadd -a names
}
${commands.map((command) => (command.commands.length > 0 ? writeGroup(command, commands) : writeCommand(command))).join("\n")}
if [[ $funcstack[1] == _${PROGRAM} ]]; then
  _${PROGRAM} "$@"
else
  compdef _${PROGRAM} ${PROGRAM}
fi
`;
}

function writeCommand({ names, flags, words }: CommandHelp): string {
  const places = words.map(({ hint, kind, required }, index) =>
    quoteWord(`${index + 1}:${required ? "" : ":"}${hint}:${kind === "text" ? NOTHING : ACTIONS[kind]}`),
  );
  return `${nameFunction(names[0])}() {
  _arguments ${[...flags.flatMap(writeFlag), ...places].join(" \\\n    ")}
}`;
}

function writeGroup({ names: [path], commands, flags }: CommandHelp, all: CommandHelp[]): string {
  const inside = commands.flatMap(({ name }) => {
    const names = all.find((command) => command.names[0] === `${path} ${name}`.trimStart())?.names ?? [];
    const words = new Set(names.map((spelling) => spelling.slice(spelling.lastIndexOf(" ") + 1)));
    // Behind the name of a command, help takes no more words.
    return words.size === 0 ? [] : [`        ${[...words].join("|")}) ${nameFunction(`${path} ${name}`)} ;;`];
  });
  const described = commands.map(({ name, summary }) =>
    quoteWord(`${name}:${summary.replaceAll(":", String.raw`\:`)}`),
  );
  return `${nameFunction(path)}() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  local -a commands=(
    ${described.join("\n    ")}
  )
  _arguments -C ${flags.flatMap(writeFlag).join(" ")} '1: :->command' '*:: :->rest'
  case $state in
    command) _describe -t commands command commands ;;
    rest)
      case $line[1] in
${inside.join("\n")}
      esac
      ;;
  esac
}`;
}

function nameFunction(path: string): string {
  return ["", PROGRAM, ...path.split(" ").filter(Boolean)].join("_");
}

/** No message either: zsh would take it for another match, and leave a flag as it is. */
const NOTHING = "{:}";

const ACTIONS = {
  file: "_files",
  files: "_sequence _files",
  directory: "_files -/",
  text: " ",
  crm: " _automation_reports_names crm",
  schedule: " _automation_reports_names schedule",
  report: " _automation_reports_names report",
};

/** See "Completion Functions, _arguments" in zshcompsys(1): brackets hold the description, colons part the fields. */
function writeFlag({ name, short, description, value }: Flag): string[] {
  const escape = (text: string) => text.replaceAll(/[\\[\]:]/g, String.raw`\$&`);
  const shown = `[${escape(description)}]`;
  const isAlone = name === "--help" || name === "--version";
  const excluded = isAlone ? "(- *)" : short === null ? "" : `(${short} ${name})`;
  if (value === null)
    return [...(short === null ? [] : [short]), name].map((word) => quoteWord(excluded + word + shown));
  const action = value.kind === "choice" ? `(${value.choices.join(" ")})` : ACTIONS[value.kind];
  return [...(short === null ? [] : [`${short}+`]), `${name}=`].map((word) =>
    quoteWord(`${excluded}${word}${shown}:${escape(value.hint)}:${action}`),
  );
}
