/**
 * Prints what the executables hold, as CycloneDX 1.6. Arguments: the bundle's metafile, the lockfile of the Buns they
 * are made from, the commit, and its time (RFC 3339) where it is known.
 */
import { Contrib, Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import { PackageURL } from "packageurl-js";

type Lockfile = { packages: Record<string, [id: string, registry: string, facts: object, integrity: string]> };
/** What the browser gets is text in the executable: the bundle's metafile does not see into it. */
const BROWSER_ENTRY = "src/dashboard/client/main.tsx";

type Metafile = { outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }> };

/** The foreign libraries inside Bun, by the names `process.versions` has for them; the rest there is compatibility claims. */
const INSIDE_BUN = [
  "ares",
  "boringssl",
  "icu",
  "libarchive",
  "libdeflate",
  "llhttp",
  "lolhtml",
  "lshpack",
  "mimalloc",
  "picohttpparser",
  "sqlite",
  "tinycc",
  "webkit",
  "zlib",
  "zstd",
];

const { Utils, Builders, Factories } = Contrib.FromNodePackageJson;
const builder = new Builders.ComponentBuilder(
  new Factories.ExternalReferenceFactory(),
  new Contrib.License.Factories.LicenseFactory(() => {
    throw new RangeError("what is not one licence of SPDX's list stays the text it is");
  }),
);

const [metafile = "", bunLockfile = "", commit = "", time = ""] = process.argv.slice(2);
const application = await describePackage("package.json", Enums.ComponentType.Application);
application.properties.add(new Models.Property("automation-reports:commit", commit));
const parts = [...(await describeBundle()), await describeBun()];
for (const part of parts) application.dependencies.add(part.bomRef);
const metadata = new Models.Metadata({ component: application });
if (time !== "") metadata.timestamp = new Date(time);
const bill = new Models.Bom({ metadata, components: new Models.ComponentRepository(parts) });
const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
await Bun.write(Bun.stdout, `${serializer.serialize(bill, { sortLists: true, space: 2 })}\n`);

/** Every package that has at least a byte in the bundle, or in what the browser gets. */
async function describeBundle(): Promise<Models.Component[]> {
  const { metafile: ofBrowser } = await Bun.build({ entrypoints: [BROWSER_ENTRY], minify: true, metafile: true });
  const metafiles = [(await Bun.file(metafile).json()) as Metafile, ofBrowser as Metafile];
  const files = metafiles
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
    );
  const folders = files.flatMap((path) => /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  const lock = await readLockfile("bun.lock");
  return await Promise.all(
    [...new Set(folders)].toSorted().map(async (folder) => {
      const part = await describePackage(`${folder}/package.json`, Enums.ComponentType.Library);
      const key = folder.replace(/^node_modules\//, "").replaceAll("/node_modules/", "/");
      part.hashes.set(...readHash(lock, key, part.version));
      return part;
    }),
  );
}

async function describePackage(manifest: string, type: Enums.ComponentType): Promise<Models.Component> {
  const component = builder.makeComponent(await Bun.file(manifest).json(), type);
  if (component === undefined) throw new Error(`${manifest}: no name`);
  identify(component, new PackageURL("npm", component.group, component.name, component.version));
  return component;
}

/** Bun, the builds of it that the executables start with, and the libraries linked into those. */
async function describeBun(): Promise<Models.Component> {
  const lock = await readLockfile(bunLockfile);
  const bun = new Models.Component(Enums.ComponentType.Platform, "bun", { version: Bun.version });
  bun.licenses.add(new Models.SpdxLicense("MIT"));
  identify(bun, new PackageURL("github", "oven-sh", "bun", `bun-v${Bun.version}`));
  for (const key of Object.keys(lock.packages)) {
    const [group = "", name = ""] = key.split("/");
    const build = new Models.Component(Enums.ComponentType.Platform, name, { group, version: Bun.version });
    identify(build, new PackageURL("npm", group, name, Bun.version));
    build.hashes.set(...readHash(lock, key, Bun.version));
    bun.components.add(build);
  }
  for (const name of INSIDE_BUN) {
    const version = process.versions[name];
    if (version === undefined) throw new Error(`Bun ${Bun.version} does not say which ${name} it holds`);
    const library = new Models.Component(Enums.ComponentType.Library, name, { version });
    library.bomRef.value = `bun/${name}@${version}`;
    bun.components.add(library);
  }
  return bun;
}

function identify(component: Models.Component, purl: PackageURL): void {
  component.purl = purl.toString();
  component.bomRef.value = component.purl;
}

async function readLockfile(path: string): Promise<Lockfile> {
  return Bun.JSONC.parse(await Bun.file(path).text()) as Lockfile;
}

/** The hash of the package as it was published, which the installing client has checked. */
function readHash(lock: Lockfile, key: string, version = ""): ReturnType<typeof Utils.parsePackageIntegrity> {
  const [id, , , integrity] = lock.packages[key] ?? [];
  if (id === undefined || integrity === undefined || !id.endsWith(`@${version}`)) {
    throw new Error(`${key} ${version} is not in its lockfile`);
  }
  return Utils.parsePackageIntegrity(integrity);
}
