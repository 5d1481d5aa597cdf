/** A statement as its file has it, made ready to run. */

/** A statement's `{name}` are its placeholders. All in one reading: a table may be called `{rules}`. */
export function fillPlaceholders(statement: string, texts: Record<string, string>): string {
  return statement.replace(/\{([a-z_]+)\}/g, (placeholder, name: string) => {
    const text = texts[name];
    if (text === undefined) throw new Error(`nothing is given for ${placeholder}`);
    return text;
  });
}
