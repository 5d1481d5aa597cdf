import { PROGRAM } from "../version.ts";
import type { CommandHelp, Flag } from "./commands.ts";
import { quoteWord } from "./quote.ts";

/** A completion script for bash 4.4 or newer; it needs no bash-completion, and asks the program only for names. */
export function writeBash(commands: CommandHelp[]): string {
  const names = commands.flatMap((command) => command.names).filter((name) => name !== "");
  return `# bash completion for ${PROGRAM}
_automation_reports_names() {
  local config=() index value
  for ((index = 1; index < COMP_CWORD; index += 1)); do
    [[ \${COMP_WORDS[index]} == @(-c|--config) ]] || continue
    value=\${COMP_WORDS[index + 1]}
    [[ $value == = ]] && value=\${COMP_WORDS[index + 2]}
    value=\${value//[\\\\\\"\\']/}
    config=(--config "\${value/#\\~\\//$HOME/}")
  done
  ${PROGRAM} completion names "$1" "\${config[@]}" 2>/dev/null
}
_automation_reports() {
  local IFS=$' \\t\\n' cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  local given=("\${COMP_WORDS[@]:1:COMP_CWORD-1}") path='' places='' offer='' before='' word
  # bash hands over --flag=value as three words
  if [[ $cur == = ]]; then
    cur=''
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for word in "\${given[@]}"; do
    [[ $word == -* ]] && break
    case "$places\${path:+$path }$word" in
      ${names.map(quoteWord).join(" | ")}) path+="\${path:+ }$word" ;;
      *) places+=/ ;;
    esac
  done
  COMPREPLY=()
  case $path in
${commands.map(writeCommand).join("\n")}
  esac
  case $offer in
    @file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    @files)
      [[ $cur == *,* ]] && before=\${cur%,*},
      compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -P "$before" -- "\${cur#"$before"}") ;;
    @directory) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
    @*)
      [[ $cur == *,* ]] && before=\${cur%,*},
      for word in $(_automation_reports_names "\${offer#@}"); do
        [[ ,$before == *",$word,"* ]] && continue
        [[ $before$word == "$cur"* ]] && COMPREPLY+=("$before$word")
      done
      ;;
    *)
      for word in $offer; do
        [[ $word == -* && " \${given[*]} " == *" $word "* ]] && continue
        [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
      done
      ;;
  esac
}
complete -F _automation_reports ${PROGRAM}
`;
}

function writeCommand({ names, commands, flags, words }: CommandHelp): string {
  const spelled = [...commands.map(({ name }) => name), ...flags.flatMap(spellFlag)];
  const offer = `offer=${quoteWord(spelled.join(" "))}`;
  const valued = flags.filter(({ value }) => value !== null).map(writeValue);
  const named = words.flatMap(({ kind }, index) =>
    kind === "text" ? [] : [`[[ $cur != -* && $places == ${quoteWord("/".repeat(index))} ]] && offer=@${kind}`],
  );
  const rest = [offer, ...named];
  const choice =
    valued.length === 0
      ? rest
      : ["case $prev in", ...valued, "  *)", ...rest.map((line) => `    ${line}`), "    ;;", "esac"];
  return [`    ${names.map(quoteWord).join(" | ")})`, ...choice.map((line) => `      ${line}`), "      ;;"].join("\n");
}

function writeValue(flag: Flag): string {
  const pattern = spellFlag(flag).join(" | ");
  const { value } = flag;
  if (value === null || value.kind === "text") return `  ${pattern}) ;;`;
  return `  ${pattern}) offer=${quoteWord(value.kind === "choice" ? value.choices.join(" ") : `@${value.kind}`)} ;;`;
}

function spellFlag({ name, short }: Flag): string[] {
  return short === null ? [name] : [name, short];
}
