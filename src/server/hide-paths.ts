/** Where files are on this machine is nobody's who asks over HTTP: of the configuration's own paths only the last part is shown. */
import type { Config } from "../config/schema.ts";
import type { Target } from "../database/target.ts";
import { writeJsonLine } from "../text/json.ts";

/** For text, and for JSON as text. */
export function hidePaths({ path, store, crms, export: { dir } }: Config): (text: string) => string {
  const paths = [path, dir ?? "", ...[store.target, ...crms.map(({ target }) => target)].flatMap(listPaths)];
  const spellings = paths.filter((one) => one.includes("/")).flatMap((one) => [one, writeJsonLine(one).slice(1, -1)]);
  // The longest first: one may be the beginning of another.
  const known = [...new Set(spellings)].toSorted((a, b) => b.length - a.length);
  // A text may have been cut within a path.
  const hideCut = (cut: string) => {
    const whole = known.find((one) => one.startsWith(cut.slice(0, -1)));
    return whole === undefined ? cut : cut.slice(Math.min(whole.lastIndexOf("/") + 1, cut.length - 1));
  };
  return (text) =>
    known
      .reduce((shown, one) => shown.replaceAll(one, one.slice(one.lastIndexOf("/") + 1)), text)
      .replaceAll(/\/[^\s"…]+…/g, hideCut);
}

function listPaths(target: Target): string[] {
  if (target.kind === "sqlite") return [target.path];
  return target.hosts.flatMap(({ host, port }) => (host.startsWith("/") ? [`${host}/.s.PGSQL.${port}`, host] : []));
}
