/** Messages of a PostgreSQL server, made by hand (PostgreSQL documentation, 55.7). */

type Bytes = string | Uint8Array;

/** `length`: what the header says, where that is not the truth. */
export function message(type: string | number, body: Bytes = "", length?: number): Buffer {
  const bytes = typeof body === "string" ? Buffer.from(body, "latin1") : Buffer.from(body);
  const header = Buffer.alloc(5);
  header[0] = typeof type === "number" ? type : type.charCodeAt(0);
  header.writeUInt32BE(length ?? bytes.length + 4, 1);
  return Buffer.concat([header, bytes]);
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

/** AuthenticationOk is kind 0. */
export function authentication(kind: number, body: Bytes = ""): Buffer {
  return message("R", Buffer.concat([int32(kind), Buffer.from(body as string, "latin1")]));
}

export function failure(fields: Record<string, string>): Buffer {
  return message(
    "E",
    Buffer.from(
      `${Object.entries(fields)
        .map(([key, text]) => `${key}${text}\0`)
        .join("")}\0`,
    ),
  );
}

export function described(columns: { name: string; type?: number }[]): Buffer {
  const parts = columns.map(({ name, type = 25 }) =>
    Buffer.concat([Buffer.from(`${name}\0`), int32(0), int16(0), int32(type), int16(0), int32(-1), int16(0)]),
  );
  return message("T", Buffer.concat([int16(columns.length), ...parts]));
}

export function row(...values: (string | Uint8Array | null)[]): Buffer {
  const parts = values.map((value) => {
    if (value === null) return int32(-1);
    const bytes = Buffer.from(value as string);
    return Buffer.concat([int32(bytes.length), bytes]);
  });
  return message("D", Buffer.concat([int16(values.length), ...parts]));
}

export const READY = message("Z", "I");
export const DONE = message("C", "SELECT 1\0");
export const SESSION = Buffer.concat([authentication(0), message("K", "12345678"), READY]);
