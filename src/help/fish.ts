import { PROGRAM, type CommandHelp, type Flag } from "./commands.ts";

/** A completion script for fish 3.1 or newer. */
export function writeFish(commands: CommandHelp[]): string {
  return `# fish completion for ${PROGRAM}
function __automation_reports_at
    set -l path
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; and break
        set -a path $word
    end
    contains -- "$path" $argv
end
complete -c ${PROGRAM} -f
${commands.flatMap(writeCommand).join("\n")}
`;
}

function writeCommand({ names, commands, flags }: CommandHelp): string[] {
  const here = `complete -c ${PROGRAM} -n ${quote(`__automation_reports_at ${names.map(quote).join(" ")}`)}`;
  return [
    ...commands.map(({ name, summary }) => `${here} -a ${name} -d ${quote(summary)}`),
    ...flags.map((flag) => `${here} -l ${flag.name.slice(2)}${writeValue(flag)} -d ${quote(flag.description)}`),
  ];
}

function writeValue({ value }: Flag): string {
  if (value === null) return "";
  const completers = {
    choice: ` -x -a ${quote(value.choices.join(" "))}`,
    file: " -r -F",
    directory: " -x -a '(__fish_complete_directories (commandline -ct))'",
    text: " -x",
  };
  return completers[value.kind];
}

function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
