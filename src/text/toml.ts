/** Names as a configuration file has them. */

/** `["crm", "hubspot", "rules", "a b"]` is `[crm.hubspot.rules."a b"]`. */
export function nameTable(path: string[]): string {
  return `[${path.map(quoteKey).join(".")}]`;
}

/** A key as it stands before `=` or between the dots of a table's name. */
export function quoteKey(key: string): string {
  return /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
}
