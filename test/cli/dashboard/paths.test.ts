/** Where files are on the server is in no page, and addresses stay whole where a file's path begins like them. */
import { afterAll, expect, test } from "bun:test";
import { installServer, startServer } from "../../making/serving.ts";
import { killLaunched } from "../../making/scheduler.ts";

afterAll(killLaunched);

test("the path of a warehouse without tables is not shown, the base path is", async () => {
  const cwd = installServer('base_path = "/srv"\n', {
    crms: '[export]\ndir = "/srv"\n\n[crm.hubspot]\nurl = "sqlite:nowhere.sqlite"\n',
  });
  const served = await startServer(cwd);
  const asked = await served.ask("/srv/api/v1/passes", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: "{}",
  });
  expect(asked.status).toBe(202);
  for (;;) {
    const page = await (await served.ask("/srv/")).text();
    if (page.includes("nowhere.sqlite")) {
      expect(page).not.toContain(cwd);
      expect(page).toContain('href="/srv/crms/hubspot"');
      expect(page).toContain('"href":"/srv/crms/hubspot"');
      return;
    }
    await Bun.sleep(100);
  }
});
