/** The pages as files that open from disk, without a server: the newest of everything, and the newest passes. */
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { loadAssets } from "../../dashboard/assets.ts";
import { fileOf, linksFrom } from "../../dashboard/links.ts";
import { renderPage } from "../../dashboard/render.tsx";
import type { Range, Route } from "../../dashboard/view.ts";
import { AppError } from "../../errors.ts";
import { composePage, type Surroundings } from "./compose.ts";
import type { Desk } from "./load.ts";

export type SiteOptions = { directory: string; passes: number; range: Range; version: string };

/** Written last: a directory without it is not ours to replace. */
const MARK = ".automation-reports-site";
/** Its files are for others to look at. */
const PUBLIC_MODE = 0o755;
const MOST_PASS_REPORTS = 1000;

/** The directory appears whole or not at all; one that this wrote before is replaced. Returns how many pages there are. */
export async function writeSite(desk: Desk, options: SiteOptions): Promise<number> {
  const { directory } = options;
  await refuseForeign(directory);
  return await explain(directory, async () => {
    await mkdir(dirname(directory), { recursive: true });
    const made = await mkdtemp(join(dirname(directory), `.${basename(directory)}-`));
    try {
      const pages = await writePages(desk, made, options);
      await Bun.write(join(made, MARK), "");
      await chmod(made, PUBLIC_MODE);
      await replaceDirectory(made, directory);
      return pages;
    } finally {
      await rm(made, { recursive: true, force: true });
    }
  });
}

async function writePages(desk: Desk, into: string, { passes: count, range, version }: SiteOptions): Promise<number> {
  const { script, style, icons, byName } = await loadAssets();
  for (const { name, text } of byName.values()) await Bun.write(join(into, "assets", name), text);
  const only = await chooseReports(desk, count);
  const routes = await listRoutes(desk, only);
  for (const here of routes) {
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
      reports: { crm: "", range: "30d" as const, verdict: "" },
    };
    const { status, view } = await composePage(here, query, desk, around);
    if (status === 404) continue;
    await Bun.write(join(into, file), renderPage(view, { script: place(script), style: place(style) }));
  }
  return routes.length;
}

/** Of the newest passes, and the newest of each CRM. */
async function chooseReports({ store, state }: Desk, count: number): Promise<NonNullable<Surroundings["only"]>> {
  const passes = await store.reports.listPasses({ limit: count });
  const reports = new Set<string>();
  for (const { id } of passes) {
    for (const row of await store.reports.list({ passIds: [id], limit: MOST_PASS_REPORTS })) reports.add(row.id);
  }
  for (const { newest } of await state.crms()) if (newest !== null) reports.add(newest.id);
  return { reports, passes: new Set(passes.map(({ id }) => id)) };
}

async function listRoutes(
  { config, state, library }: Desk,
  { reports, passes }: NonNullable<Surroundings["only"]>,
): Promise<Route[]> {
  const crms = (await state.crms()).filter(({ newest }) => newest !== null);
  const routes: Route[] = [{ page: "overview" }, { page: "reports" }];
  if (config.schedules.length > 0) routes.push({ page: "schedule" });
  for (const pass of passes) routes.push({ page: "pass", pass });
  for (const report of reports) routes.push({ page: "crm", crm: "", report });
  for (const { name: crm, newest } of crms) {
    routes.push({ page: "crm", crm, report: null });
    const report = newest === null ? null : await library.readSlim(newest.id);
    for (const { rule_name: rule } of report?.rules ?? []) routes.push({ page: "rule", crm, rule, report: null });
  }
  return routes;
}

async function refuseForeign(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw new AppError(
      "usage",
      `${directory} cannot be written: ${error.code === "ENOTDIR" ? "it is a file" : String(error.code)}`,
    );
  });
  if (names.length === 0 || names.includes(MARK)) return;
  throw new AppError("usage", `${directory} has files that are no site of ours: choose an empty or a new directory`);
}

async function replaceDirectory(made: string, directory: string): Promise<void> {
  const old = `${made}-old`;
  const wasThere = await rename(directory, old).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
  await rename(made, directory);
  if (wasThere) await rm(old, { recursive: true, force: true });
}

async function explain<T>(directory: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof AppError) throw error;
    throw new AppError("delivery", `the site was not written to ${directory}: ${code}`, { cause: error });
  }
}
