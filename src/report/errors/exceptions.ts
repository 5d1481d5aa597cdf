/** How the languages that syncs are written in begin the line that names an exception: its class, at the beginning of a line. */
export const EXCEPTION =
  /^(?:[A-Za-z_][\w$]*(?:\.|::|\\))*[A-Za-z_$]\w*(?:Error|Exception|Exit|Interrupt|Warning|Timeout|Fault|Failure)\b(?=: | ?\(|$)|^(?:[A-Za-z_][\w$]*(?:\.|::|\\))+[A-Z]\w*(?=: |$)|^Error\b/;
