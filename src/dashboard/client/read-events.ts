/** An event stream as it comes (WHATWG HTML, 9.2). Unlike a browser's own reader it hears the signs of life between events. */

type Hearing = {
  /** Anything came, a comment too. */
  onSign: () => void;
  /** The event's id; null: it has none. */
  onEvent: (id: string | null) => void;
};

/** Ends when the stream does. */
export async function readEvents(body: ReadableStream<Uint8Array>, { onSign, onEvent }: Hearing): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    onSign();
    text += decoder.decode(piece.value, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = new Map(block.split("\n").map(readField));
      if (fields.has("data")) onEvent(fields.get("id") ?? null);
    }
  }
}

/** A comment has no name. */
function readField(row: string): [name: string, value: string] {
  const at = row.indexOf(":");
  return at === -1 ? [row, ""] : [row.slice(0, at), row.slice(at + 1).trim()];
}
