/**
 * Makes strip(1) and objcopy(1) keep what a compiled executable needs. Argument: the executable, which is changed in place.
 *
 * `bun build --compile` moves the section `.bun` to the end of the file. It leaves the section's address in eight bytes that no
 * section covers any more. binutils writes zeros there, and the copy is a plain Bun, which runs any code that it is given. The
 * section before these bytes is made eight bytes longer, and a stripped copy is the program.
 */
import { closeSync, openSync, readSync, writeSync } from "node:fs";

type Section = { name: string; address: bigint; offset: bigint; size: bigint; sizeAt: number };

const POINTER_BYTES = 8;
/** Offsets in ELF64's file header and section headers (elf(5)). */
const HEADER = { bytes: 64, sectionsAt: 40, sectionBytes: 58, sectionCount: 60, namesIndex: 62 };
const SECTION = { name: 0, type: 4, address: 16, offset: 24, size: 32 };
/** A section that takes no room in the file, such as `.bss`. */
const NO_BITS = 8;

const [path = ""] = process.argv.slice(2);
const file = openSync(path, "r+");
const sections = listSections();
const bun = sections.find(({ name }) => name === ".bun");
const neighbours = sections.filter(({ offset, size }) => {
  const end = offset + size;
  const isCovered = sections.some((other) => other.offset <= end && end < other.offset + other.size);
  return !isCovered && read(end, POINTER_BYTES).readBigUInt64LE() === bun?.address;
});
const [neighbour] = neighbours;
if (bun === undefined || neighbour === undefined || neighbours.length > 1) {
  throw new Error(
    `${path}: ${neighbours.length} places hold the address of .bun and one is expected: has Bun changed?`,
  );
}
const size = Buffer.alloc(8);
size.writeBigUInt64LE(neighbour.size + BigInt(POINTER_BYTES));
writeSync(file, size, 0, size.length, neighbour.sizeAt);
closeSync(file);

function listSections(): Section[] {
  const header = read(0n, HEADER.bytes);
  if (header.toString("latin1", 0, 6) !== "\u007fELF\u0002\u0001") throw new Error(`${path}: not a 64-bit ELF file`);
  const start = Number(header.readBigUInt64LE(HEADER.sectionsAt));
  const bytes = header.readUInt16LE(HEADER.sectionBytes);
  const count = header.readUInt16LE(HEADER.sectionCount);
  const table = read(BigInt(start), bytes * count);
  const field = (index: number, at: number) => table.readBigUInt64LE(index * bytes + at);
  const namesIndex = header.readUInt16LE(HEADER.namesIndex);
  const names = read(field(namesIndex, SECTION.offset), Number(field(namesIndex, SECTION.size)));
  return Array.from({ length: count }, (_, index): Section => {
    const nameAt = table.readUInt32LE(index * bytes + SECTION.name);
    const isInFile = table.readUInt32LE(index * bytes + SECTION.type) !== NO_BITS;
    return {
      name: names.toString("latin1", nameAt, names.indexOf(0, nameAt)),
      address: field(index, SECTION.address),
      offset: field(index, SECTION.offset),
      size: isInFile ? field(index, SECTION.size) : 0n,
      sizeAt: start + index * bytes + SECTION.size,
    };
  });
}

function read(at: bigint, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, at);
  return bytes;
}
