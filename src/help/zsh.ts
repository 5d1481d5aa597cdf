import { PROGRAM, type CommandHelp, type Flag } from "./commands.ts";
import { quoteWord } from "./quote.ts";

/** A completion script for zsh, to be sourced after `compinit` or to lie in a folder of `$fpath` as `_automation-reports`. */
export function writeZsh(commands: CommandHelp[]): string {
  return `#compdef ${PROGRAM}
${commands.map((command) => (command.commands.length > 0 ? writeGroup(command, commands) : writeCommand(command))).join("\n")}
if [[ $funcstack[1] == _${PROGRAM} ]]; then
  _${PROGRAM} "$@"
else
  compdef _${PROGRAM} ${PROGRAM}
fi
`;
}

function writeCommand({ names, flags, words }: CommandHelp): string {
  const places = words.map(({ hint }, index) => quoteWord(`${index + 1}:${hint}:${hint === "FILE" ? "_files" : " "}`));
  return `${nameFunction(names[0])}() {
  _arguments ${[...flags.map(writeFlag), ...places].join(" \\\n    ")}
}`;
}

function writeGroup({ names: [path], commands, flags }: CommandHelp, all: CommandHelp[]): string {
  const inside = commands.map(({ name }) => {
    const names = all.find((command) => command.names[0] === `${path} ${name}`.trimStart())?.names ?? [];
    const words = new Set(names.map((spelling) => spelling.slice(spelling.lastIndexOf(" ") + 1)));
    return `        ${[...words].join("|")}) ${nameFunction(`${path} ${name}`)} ;;`;
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
  _arguments -C ${flags.map(writeFlag).join(" ")} '1: :->command' '*:: :->rest'
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

/** See "Completion Functions, _arguments" in zshcompsys(1): brackets hold the description, colons part the fields. */
function writeFlag({ name, description, value }: Flag): string {
  const escape = (text: string) => text.replaceAll(/[\\[\]:]/g, String.raw`\$&`);
  const shown = `${name}${value === null ? "" : "="}[${escape(description)}]`;
  if (value === null) return quoteWord(name === "--help" || name === "--version" ? `(- *)${shown}` : shown);
  const completers = {
    choice: `(${value.choices.join(" ")})`,
    file: "_files",
    directory: "_files -/",
    text: " ",
  };
  return quoteWord(`${shown}:${escape(value.hint)}:${completers[value.kind]}`);
}
