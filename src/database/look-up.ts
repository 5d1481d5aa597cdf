/** The addresses of a host name, found without a thread: lookups that nobody answers would hold up those of all others, and files too. */
import { lookup as lookUpBySystem, type LookupAddress, type LookupOptions } from "node:dns";

type Found = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

/** What only the system knows. */
const LOCAL = /^localhost\.?$|\.localhost\.?$/i;
/** What the resolver says where no server of names answers. */
const UNANSWERED = /TIMEOUT|ECONNREFUSED/;

/**
 * For `connect` of node:net. A name that the servers of names do not know may be in a source of the system's own (nsswitch.conf),
 * which is asked then.
 */
export function lookUp(host: string, options: LookupOptions, found: Found): void {
  const askSystem = () => lookUpBySystem(host, { ...options, all: true }, found);
  if (LOCAL.test(host)) return askSystem();
  Bun.dns.lookup(host, { backend: "c-ares" }).then(
    (addresses) =>
      found(
        null,
        addresses.map(({ address, family }) => ({ address, family })),
      ),
    (error: NodeJS.ErrnoException) => {
      if (!UNANSWERED.test(error.code ?? "")) return askSystem();
      found(Object.assign(new Error(error.message), { code: "EAI_AGAIN" }), []);
    },
  );
}
