import { PROGRAM } from "../version.ts";
import type { CommandHelp, Flag, NameKind, Word } from "./commands.ts";

/** A completion script for fish 3.1 or newer. */
export function writeFish(commands: CommandHelp[]): string {
  const names = commands.flatMap((command) => command.names).filter((name) => name !== "");
  return `# fish completion for ${PROGRAM}
function __automation_reports_at
    set -l path
    set -g __automation_reports_place 0
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; and break
        if test $__automation_reports_place = 0; and contains -- (string join ' ' $path $word) ${names.map(quote).join(" ")}
            set -a path $word
        else
            set __automation_reports_place (math $__automation_reports_place + 1)
        end
    end
    contains -- "$path" $argv
end
function __automation_reports_names
    set -l config
    set -l tokens (commandline -opc)
    for index in (seq (count $tokens))
        switch $tokens[$index]
            case -c --config
                set config --config (string replace -r '^~/' "$HOME/" -- $tokens[(math $index + 1)])
            case '--config=*'
                set config --config (string replace -- --config= '' $tokens[$index])
        end
    end
    set -l before (commandline -ct | string replace -r -- '^--?[a-z-]+=' '' | string match -r -- '.*,')
    for name in (${PROGRAM} completion names $argv[1] $config 2>/dev/null)
        contains -- $name (string split , -- "$before"); and continue
        printf '%s%s\\n' "$before" $name
    end
end
function __automation_reports_files
    set -l typed (commandline -ct | string replace -r -- '^--?[a-z-]+=' '' | string unescape)
    set -l before (string match -r -- '.*,' "$typed")
    set -l rest (string replace -r -- '.*,' '' "$typed")
    set -l paths "$rest"*
    for path in $paths
        test -d "$path"; and set path "$path/"
        printf '%s%s\\n' "$before" $path
    end
end
complete -c ${PROGRAM} -f
${commands.flatMap(writeCommand).join("\n")}
`;
}

function writeCommand({ names, commands, flags, words }: CommandHelp): string[] {
  const condition = `__automation_reports_at ${names.map(quote).join(" ")}`;
  const begin = (when: string) => `complete -c ${PROGRAM} -n ${quote(when)}`;
  const here = begin(condition);
  return [
    ...commands.map(({ name, summary }) => `${here} -a ${name} -d ${quote(summary)}`),
    ...words.flatMap((word, index) =>
      writeWord(begin(`${condition}; and test $__automation_reports_place = ${index}`), word),
    ),
    ...flags.map((flag) => `${here}${writeNames(flag)}${writeValue(flag)} -d ${quote(flag.description)}`),
  ];
}

function writeNames({ name, short }: Flag): string {
  return `${short === null ? "" : ` -s ${short.slice(1)}`} -l ${name.slice(2)}`;
}

function writeWord(here: string, { kind, hint }: Word): string[] {
  if (kind === "text") return [];
  return [kind === "file" ? `${here} -F` : `${here} -a ${quote(askNames(kind))} -d ${quote(hint)}`];
}

function writeValue({ value }: Flag): string {
  if (value === null) return "";
  const completers = {
    choice: ` -x -a ${quote(value.choices.join(" "))}`,
    file: " -r -F",
    files: " -x -a '(__automation_reports_files)'",
    directory: " -x -a '(__fish_complete_directories (commandline -ct))'",
    text: " -x",
    crm: ` -x -a ${quote(askNames("crm"))}`,
    schedule: ` -x -a ${quote(askNames("schedule"))}`,
    report: ` -x -a ${quote(askNames("report"))}`,
  };
  return completers[value.kind];
}

function askNames(kind: NameKind): string {
  return `(__automation_reports_names ${kind})`;
}

function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
