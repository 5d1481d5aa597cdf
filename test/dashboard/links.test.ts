/** Addresses: whatever a rule is called, they lead to its page and nowhere else. */
import { describe, expect, test } from "bun:test";
import { fileOf, linksBelow, linksFrom } from "../../src/dashboard/links.ts";

const HOSTILE = [
  "..",
  ".",
  "",
  "a/b",
  "../../etc/passwd",
  "?q#f",
  "%2e%2e",
  "名前",
  "a\u0000b",
  "\ud800",
  "x".repeat(400),
];

describe("on a server", () => {
  test.each(HOSTILE)("%j is a parameter, not a part of the path", (rule) => {
    const href = linksBelow("/reports-of-ours")({ page: "rule", crm: "hubspot", rule, report: null });
    const url = new URL(href, "https://example.com");
    expect(url.pathname).toBe("/reports-of-ours/crms/hubspot/rule");
    expect(url.searchParams.get("name")).toBe(rule.toWellFormed());
  });
  test("below a base path and without one", () => {
    expect(linksBelow("")({ page: "overview" })).toBe("/");
    expect(linksBelow("/x")({ page: "overview" })).toBe("/x/");
    expect(linksBelow("/x")({ page: "crm", crm: "hubspot", report: "hubspot-1" })).toBe("/x/reports/hubspot-1");
  });
});

describe("between files", () => {
  test.each(HOSTILE)("%j has a file of its own, in its place, with a name for any disk", (rule) => {
    const file = fileOf({ page: "rule", crm: "hubspot", rule, report: null });
    expect(file).toMatch(/^crms\/hubspot\/[\w-]{1,80}\.html$/);
  });
  test("no two names share one, not even where a disk ignores case", () => {
    const names = [...HOSTILE.filter((name) => name !== "\ud800"), "contacts", "Contacts", "CONTACTS", "a-b"];
    const files = names.map((rule) => fileOf({ page: "rule", crm: "hubspot", rule, report: null }).toLowerCase());
    expect(new Set(files).size).toBe(names.length);
  });
  test("a link goes up as far as its own file is down", () => {
    const links = linksFrom({ page: "rule", crm: "hubspot", rule: "contacts", report: null });
    expect(links({ page: "overview" })).toBe("../../index.html");
    expect(linksFrom({ page: "overview" })({ page: "crm", crm: "genius", report: null })).toBe("crms/genius.html");
  });
});
