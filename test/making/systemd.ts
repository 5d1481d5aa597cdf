/** systemd's own judgement, where its programs are there; on CI they must be. */
export const SYSTEMD_ANALYZE = Bun.which("systemd-analyze") ?? "systemd-analyze";

export const withoutSystemd = Bun.which("systemd-analyze") === null && process.env["CI"] === undefined;
