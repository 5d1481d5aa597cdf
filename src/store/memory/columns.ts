/** Columns of numbers as bytes: each as narrow as its kind, one after the other, read again without a copy. */

/** The widest first, so that each begins where its kind may. */
const KINDS = {
  double: Float64Array,
  whole: Uint32Array,
  signed: Int32Array,
  narrow: Int16Array,
  byte: Uint8Array,
} as const;
const ORDER = ["double", "whole", "signed", "narrow", "byte"] as const;

type Kind = (typeof ORDER)[number];
export type Layout<Name extends string> = Record<Name, Kind>;
export type Columns<Name extends string> = Record<Name, ArrayLike<number>>;

/** `heading`: what else there is to say, as JSON. */
export function writeColumns<Name extends string>(
  heading: unknown,
  layout: Layout<Name>,
  columns: Columns<Name>,
): Uint8Array<ArrayBuffer> {
  const names = listColumns(layout);
  const lengths = names.map((name) => columns[name].length);
  const head = Buffer.from(JSON.stringify([heading, lengths]));
  const from = alignUp(Uint32Array.BYTES_PER_ELEMENT + head.length, alignmentOf(layout));
  const width = names.reduce((sum, name) => sum + columns[name].length * KINDS[layout[name]].BYTES_PER_ELEMENT, 0);
  const bytes = new Uint8Array(from + width);
  new Uint32Array(bytes.buffer, 0, 1)[0] = head.length;
  bytes.set(head, Uint32Array.BYTES_PER_ELEMENT);
  let at = from;
  for (const name of names) {
    const column = new KINDS[layout[name]](bytes.buffer, at, columns[name].length);
    column.set(columns[name]);
    at += column.byteLength;
  }
  return bytes;
}

/** Throws where the bytes are not what `writeColumns` wrote. */
export function readColumns<Name extends string>(
  bytes: Uint8Array,
  layout: Layout<Name>,
): { heading: unknown; columns: Columns<Name> } {
  // Views begin at multiples of their width in what they look at.
  const alignment = alignmentOf(layout);
  const own = bytes.byteOffset % alignment === 0 ? bytes : bytes.slice();
  const length = new DataView(own.buffer, own.byteOffset).getUint32(0, true);
  const head = own.subarray(Uint32Array.BYTES_PER_ELEMENT, Uint32Array.BYTES_PER_ELEMENT + length);
  const [heading, lengths] = JSON.parse(Buffer.from(head).toString()) as [unknown, number[]];
  let at = own.byteOffset + alignUp(Uint32Array.BYTES_PER_ELEMENT + length, alignment);
  const columns = listColumns(layout).map((name, index) => {
    const column = new KINDS[layout[name]](own.buffer as ArrayBuffer, at, lengths[index]);
    at += column.byteLength;
    return [name, column];
  });
  if (at !== own.byteOffset + own.byteLength) throw new RangeError("bytes are missing, or left over");
  return { heading, columns: Object.fromEntries(columns) as Columns<Name> };
}

function listColumns<Name extends string>(layout: Layout<Name>): Name[] {
  const names = Object.keys(layout) as Name[];
  return ORDER.flatMap((kind) => names.filter((name) => layout[name] === kind));
}

function alignUp(at: number, alignment: number): number {
  return Math.ceil(at / alignment) * alignment;
}

/** Of the widest kind there is in a layout. */
function alignmentOf(layout: Layout<string>): number {
  return Math.max(4, ...Object.values(layout).map((kind) => KINDS[kind].BYTES_PER_ELEMENT));
}
