// Server-sent events over fetch. EventSource can neither POST nor send headers, so the stream is
// parsed here, by the rules of the HTML standard (9.2.6) as far as a chat answer needs them.
// Comments are not dropped: the server uses them to say that a request waits.

/**
 * The events and comments of a byte stream, in order:
 * `{ kind: "event", event, data }` and `{ kind: "comment", text }`.
 * Chunks may split lines, CRLF pairs and UTF-8 sequences anywhere. An event that the stream's end
 * cuts off is not delivered, as the standard says. Leaving the loop early cancels the stream.
 */
export async function* readEvents(byteStream) {
  let event = "";
  let data = [];
  for await (const line of readLines(byteStream)) {
    if (line === "") {
      if (data.length > 0) yield { kind: "event", event: event || "message", data: data.join("\n") };
      event = "";
      data = [];
      continue;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (colon === 0) yield { kind: "comment", text: value.trim() };
    else if (field === "data") data.push(value);
    else if (field === "event") event = value;
  }
}

async function* readLines(byteStream) {
  const reader = byteStream.getReader();
  const decoder = new TextDecoder();
  const lines = new LineSplitter();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      yield* lines.split(done ? decoder.decode() : decoder.decode(value, { stream: true }));
      if (done) return;
    }
  } finally {
    // Not awaited: a cancelled network stream need not answer for the loop to end.
    reader.cancel().catch(() => {});
  }
}

/** Cuts text that arrives in pieces into lines ended by LF, CR or CRLF. */
class LineSplitter {
  #partial = [];
  #afterCarriageReturn = false;

  *split(text) {
    let start = 0;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      const secondHalf = c === 10 && this.#afterCarriageReturn;
      this.#afterCarriageReturn = c === 13;
      if (secondHalf) {
        start = i + 1;
      } else if (c === 10 || c === 13) {
        this.#partial.push(text.slice(start, i));
        yield this.#partial.join("");
        this.#partial = [];
        start = i + 1;
      }
    }
    // Kept in pieces, not in one growing string: a long line in many chunks stays linear.
    if (start < text.length) this.#partial.push(text.slice(start));
  }
}
