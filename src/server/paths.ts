/** Which route a request is for. */

/** Without scheme, host, base path and query, percent-encoding left as it is. Both `/reports` and `/reports/` are `/`. */
export function pathOf(url: string, basePath: string): string {
  // Of a request by HTTP/1.0 that names no host, Bun gives the path alone.
  const begin = url.startsWith("/") ? 0 : url.indexOf("/", url.indexOf(":") + 3);
  const query = url.indexOf("?", begin);
  return withoutBase(url.slice(begin, query === -1 ? undefined : query), basePath);
}

/** A proxy may have taken the base path away already: then there is nothing to take. */
export function withoutBase(path: string, basePath: string): string {
  if (basePath === "") return path;
  if (path === basePath) return "/";
  return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
}

/** Health, log-in and the style and script of pages: they say nothing about anybody. */
export function isOpen(path: string): boolean {
  return (
    path === "/login" || path === "/logout" || path === "/healthz" || path === "/readyz" || path.startsWith("/assets/")
  );
}
