/** What `[defaults]` means for a CRM. */
import type { Table } from "./toml.ts";

/** Tables whose keys are laid over those of `[defaults]` one by one; any other value replaces it. */
const LAID_OVER = ["thresholds", "statuses"];

/** A CRM's own values win. Its own `url` hides a `url_file` of `[defaults]`, and the other way round. */
export function layDefaults(own: Table, defaults: Table): Table {
  const isConnected = "url" in own || "url_file" in own;
  const { url: _url, url_file: _file, ...unconnected } = defaults;
  const merged: Table = { ...(isConnected ? unconnected : defaults), ...own };
  for (const key of LAID_OVER) {
    if (key in own && key in defaults) merged[key] = { ...(defaults[key] as Table), ...(own[key] as Table) };
  }
  return merged;
}
