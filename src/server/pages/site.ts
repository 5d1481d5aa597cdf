/** The pages as files that open from disk, without a server: the newest of everything, and the newest passes. */
import { loadAssets } from "../../dashboard/assets.ts";
import { fileOf, linksFrom } from "../../dashboard/links.ts";
import { renderPage } from "../../dashboard/render.tsx";
import type { Range, Route } from "../../dashboard/view.ts";
import { replaceDirectory, type WriteInto } from "../../output/directory.ts";
import { composePage, type Surroundings } from "./compose.ts";
import { findNewest, type Desk } from "./load.ts";

export type SiteOptions = { directory: string; passes: number; range: Range; version: string };

/** The file that tells a site of ours. */
const MARK = ".automation-reports-site";
const MOST_PASS_REPORTS = 1000;

/** One that this wrote before is replaced. Returns how many pages there are. */
export async function writeSite(desk: Desk, options: SiteOptions): Promise<number> {
  return await replaceDirectory(options.directory, MARK, async (write) => await writePages(desk, write, options));
}

async function writePages(
  desk: Desk,
  write: WriteInto,
  { passes: count, range, version }: SiteOptions,
): Promise<number> {
  const { script, style, icons, byName } = await loadAssets();
  for (const { name, text } of byName.values()) await write(`assets/${name}`, text);
  const only = await chooseReports(desk, count);
  let written = 0;
  for (const here of await listRoutes(desk, only)) {
    const file = fileOf(here);
    const place = ({ name }: { name: string }) => `${"../".repeat(file.split("/").length - 1)}assets/${name}`;
    const links = linksFrom(here);
    const around: Surroundings = {
      place: "site",
      version,
      // The rules of an older report have no pages of their own: its table tells of them.
      links: (route) =>
        route.page === "rule" && route.report !== null ? `${links({ ...route, page: "crm" })}#rules` : links(route),
      events: null,
      signOut: null,
      iconOf: (verdict) => place(icons[verdict]),
      only,
      rangeHref: null,
    };
    const query = {
      range,
      rules: { q: "", condition: "", sort: "urgency" as const, down: true },
      reports: { crm: "", range: "30d" as const, verdict: "" as const },
    };
    const { status, view } = await composePage(here, query, desk, around);
    if (status === 404) continue;
    await write(file, renderPage(view, { script: place(script), style: place(style) }));
    written += 1;
  }
  return written;
}

/** `crms`: those of the configuration, and those whose reports are among the chosen ones. */
type Chosen = NonNullable<Surroundings["only"]> & { crms: Set<string> };

/** Of the newest passes, and the newest of each CRM. */
async function chooseReports({ store, state, nowMs }: Desk, count: number): Promise<Chosen> {
  const passes = await store.reports.listPasses({ untilMs: await store.reports.findPresent(nowMs), limit: count });
  const reports = new Set<string>();
  const crms = new Set<string>();
  for (const { id } of passes) {
    for (const row of await store.reports.list({ passIds: [id], limit: MOST_PASS_REPORTS })) {
      reports.add(row.id);
      crms.add(row.source);
    }
  }
  for (const { name, newest } of await state.crms()) {
    crms.add(name);
    if (newest !== null) reports.add(newest.id);
  }
  return { crms, reports, passes: new Set(passes.map(({ id }) => id)) };
}

async function listRoutes(desk: Desk, { crms, reports, passes }: Chosen): Promise<Route[]> {
  const routes: Route[] = [{ page: "overview" }, { page: "reports" }];
  if (desk.config.schedules.length > 0) routes.push({ page: "schedule" });
  for (const pass of passes) routes.push({ page: "pass", pass });
  for (const report of reports) routes.push({ page: "crm", crm: "", report });
  for (const crm of crms) {
    routes.push({ page: "crm", crm, report: null });
    const newest = await findNewest(crm, desk);
    const report = newest === null ? null : await desk.library.readSlim(newest);
    for (const { rule_name: rule } of report?.rules ?? []) routes.push({ page: "rule", crm, rule, report: null });
  }
  return routes;
}
