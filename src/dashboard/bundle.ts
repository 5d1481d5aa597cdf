/** Puts together what the browser gets: one script, one sheet of style. A macro of the build. */
import { join } from "node:path";

/** Their texts. A macro may not call the bundler that runs it, so another one is started. */
export function bundleDashboard(): { script: string; style: string } {
  const bundle = (entry: string, ...flags: string[]) => {
    const command = [process.execPath, "build", join(import.meta.dir, entry), "--minify", "--target=browser", ...flags];
    const { success, stdout, stderr } = Bun.spawnSync(command, { stderr: "pipe" });
    if (!success) throw new Error(stderr.toString());
    return stdout.toString();
  };
  return {
    // Opened from disk, a page may load no module.
    script: bundle("client/main.tsx", "--format=iife"),
    style: bundle("style/main.css"),
  };
}
