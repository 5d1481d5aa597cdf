import { PROGRAM, type CommandHelp, type Flag } from "./commands.ts";
import { quoteWord } from "./quote.ts";

/** A completion script for bash 4.4 or newer; it needs no bash-completion and starts no process of ours. */
export function writeBash(commands: CommandHelp[]): string {
  return `# bash completion for ${PROGRAM}
_automation_reports() {
  local IFS=$' \\t\\n' cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  local given=("\${COMP_WORDS[@]:1:COMP_CWORD-1}") path='' offer='' word
  # bash hands over --flag=value as three words
  if [[ $cur == = ]]; then
    cur=''
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for word in "\${given[@]}"; do
    [[ $word == -* ]] && break
    path+="\${path:+ }$word"
  done
  COMPREPLY=()
  case $path in
${commands.map(writeCommand).join("\n")}
  esac
  case $offer in
    @file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    @directory) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
    *)
      for word in $offer; do
        [[ $word == --* && " \${given[*]} " == *" $word "* ]] && continue
        [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
      done
      ;;
  esac
}
complete -F _automation_reports ${PROGRAM}
`;
}

function writeCommand({ names, commands, flags }: CommandHelp): string {
  const offer = `offer=${quoteWord([...commands, ...flags].map(({ name }) => name).join(" "))}`;
  const valued = flags.filter(({ value }) => value !== null).map(writeValue);
  const choice = valued.length === 0 ? [offer] : ["case $prev in", ...valued, `  *) ${offer} ;;`, "esac"];
  return [`    ${names.map(quoteWord).join(" | ")})`, ...choice.map((line) => `      ${line}`), "      ;;"].join("\n");
}

function writeValue({ name, value }: Flag): string {
  if (value === null || value.kind === "text") return `  ${name}) ;;`;
  return `  ${name}) offer=${quoteWord(value.kind === "choice" ? value.choices.join(" ") : `@${value.kind}`)} ;;`;
}
