/** Where files are on this machine is in no page. */
import type { Config } from "../../config/schema.ts";
import type { PageView } from "../../dashboard/view.ts";
import { hidePaths } from "../hide-paths.ts";

/** Keys of addresses: a base path may be spelled as a path of the configuration is. */
const ADDRESSES = new Set([
  "href",
  "crmHref",
  "factHref",
  "passHref",
  "permalink",
  "icon",
  "events",
  "signOut",
  "overview",
  "schedule",
  "reports",
]);

/** The texts of a page alone; the page itself where there is nothing to hide. */
export function hidePathsIn(view: PageView, config: Config): PageView {
  const hide = hidePaths(config);
  const written = JSON.stringify(view);
  if (hide(written) === written) return view;
  return JSON.parse(written, (key, value: unknown) =>
    typeof value === "string" && !ADDRESSES.has(key) ? hide(value) : value,
  ) as PageView;
}
