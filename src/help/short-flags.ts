/** What may be typed for a flag, by the flag's name. */
export const SHORT_FLAGS: Record<string, string> = {
  config: "-c",
  format: "-f",
  output: "-o",
  quiet: "-q",
  verbose: "-v",
};
