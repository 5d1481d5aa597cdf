/** `check` in a terminal: everything of one CRM, what is not well of several, the worst last. */
import { expect, test } from "bun:test";
import type { CheckDocument, CheckItem, CheckStatus } from "../../../src/check/schema.ts";
import { renderCheck } from "../../../src/render/terminal/check.ts";
import { viewOf } from "../../making/views.ts";

const view = viewOf({ width: 80 });

const item = (id: CheckItem["id"], status: CheckStatus, message: string, advice: string | null = null): CheckItem => ({
  id,
  status,
  message,
  advice,
  evidence: {},
});

const crm = (source: string, items: CheckItem[], place = "db:5432"): CheckDocument => ({
  schema_version: 1,
  source,
  status: items.some(({ status }) => status === "error")
    ? "error"
    : items.some(({ status }) => status === "warn")
      ? "warn"
      : "ok",
  place,
  checked_at: "2026-07-10T21:00:00Z",
  items,
});

const SERVER = item("server", "ok", "PostgreSQL 15.3");
const documents = [
  crm("genius", [SERVER, item("tables", "error", "no table to read", "create one")]),
  crm("hubspot", [SERVER, item("rows", "ok", "newest row of hubspot 1m ago")]),
  crm("arrivy", [SERVER, item("rows", "warn", "no row of arrivy", "set crm_source")]),
  crm("five9", [SERVER, item("rows", "ok", "newest row of five9 1m ago")], "other:5432"),
];

test("several: those that are well in a line, the others with what is wrong, the worst last and named", () => {
  expect(renderCheck(documents, false, view)).toBe(
    `  ✓ ok     hubspot, five9

arrivy · db:5432
  ! warn  rows            no row of arrivy
                          → set crm_source

genius · db:5432
  ✗ error tables          no table to read
                          → create one

4 CRMs checked: 2 ok, 1 with warnings (arrivy), 1 with errors (genius)
`,
  );
});

test("several with --verbose: everything, the facts of a server once", () => {
  const text = renderCheck(documents, true, view);
  expect(text.match(/PostgreSQL 15\.3/g)?.length).toBe(2);
  expect(text).toContain("hubspot · db:5432\n  ✓ ok    server          PostgreSQL 15.3\n  ✓ ok    rows");
  expect(text.indexOf("hubspot")).toBeLessThan(text.indexOf("genius"));
});

test("one: everything, whatever is asked for", () => {
  const text = renderCheck(documents.slice(1, 2), false, view);
  expect(text).toContain("✓ ok    server          PostgreSQL 15.3");
  expect(text).toEndWith("\n\n1 CRM checked: 1 ok, 0 with warnings, 0 with errors\n");
});

test("all well: one line and the count; five hundred names do not break the width", () => {
  expect(
    renderCheck(
      [documents[1], documents[3]].flatMap((one) => one ?? []),
      false,
      view,
    ),
  ).toBe("  ✓ ok     hubspot, five9\n\n2 CRMs checked: 2 ok, 0 with warnings, 0 with errors\n");
  const many = Array.from({ length: 500 }, (_, index) =>
    crm(`crm-${index}`, index % 2 === 0 ? [SERVER] : [item("tables", "error", "x".repeat(300))]),
  );
  const lines = renderCheck(many, false, view).split("\n");
  expect(lines.filter((line) => Bun.stringWidth(line) > 80)).toEqual([]);
  expect(lines.slice(-3).join(" ")).toContain("250 with errors (crm-1, crm-3, crm-5, crm-7, crm-9 and 245 more)");
});

test("hostile names are harmless", () => {
  const text = renderCheck([crm("a\u001b[2J", []), crm("b", [item("rows", "warn", "x\u001b[2J")])], false, view);
  expect(text).not.toContain("\u001b");
});

test("what is wrong alike with several CRMs of one place is told once, with their names; a statement can be pasted", () => {
  const REFUSED = item("connection", "error", "the password or user is refused");
  const SHAPE = item(
    "tables",
    "error",
    "no table",
    'look whether\nCREATE VIEW a AS SELECT\n  id\nFROM t;\nGRANT SELECT ON a TO b;\nand under [crm.d]:\ntable = "a"',
  );
  const text = renderCheck(
    [
      crm("a", [REFUSED]),
      crm("b", [REFUSED], "elsewhere:5432"),
      crm("c", [REFUSED, item("rows", "warn", "of c alone")]),
      crm("d", [SHAPE]),
      crm("e", [SHAPE]),
    ],
    false,
    view,
  );
  expect(text).toBe(
    `c · db:5432
  ! warn  rows            of c alone

a, c · db:5432
  ✗ error connection      the password or user is refused

b · elsewhere:5432
  ✗ error connection      the password or user is refused

d, e · db:5432
  ✗ error tables          no table
                          → look whether
CREATE VIEW a AS SELECT
  id
FROM t;
GRANT SELECT ON a TO b;
                          and under [crm.d]:
table = "a"

5 CRMs checked: 0 ok, 0 with warnings, 5 with errors (a, b, c, d, e)
`,
  );
});
