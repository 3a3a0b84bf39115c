// The server's HTTP API, as far as the page speaks it. Every failure leaves here as an ApiError.

import { readEvents } from "./sse.js";
import { session } from "./storage.js";

// Relative to this module, so the page also works below a path prefix of a reverse proxy.
const BASE = new URL("..", import.meta.url);
const KEY = "sluice.apiKey";

/** What went wrong, in the server's words where it had any. `status` 0 means there was no answer. */
export class ApiError extends Error {
  constructor(message, { status = 0, type = null, code = null, retryAfterSeconds = null } = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.type = type;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

// Session storage, not local: the key goes when the tab goes.
export const apiKey = {
  get: () => session.getItem(KEY),
  set: (key) => session.setItem(KEY, key),
  forget: () => session.removeItem(KEY),
};

/**
 * Whether the server can generate: "ready", or why not: "loading", "failed" or "shutting_down".
 * Throws where it cannot be reached.
 */
export async function health() {
  const response = await send("health");
  if (response.status !== 503) return "ready";
  const { status } = await response.json().catch(() => ({}));
  return ["failed", "shutting_down"].includes(status) ? status : "loading";
}

/** The models the server has, as OpenAI's list gives them. */
export async function listModels() {
  const response = await send("v1/models");
  if (!response.ok) throw await errorOf(response);
  return (await response.json()).data ?? [];
}

/**
 * The answer to a chat request as it is generated: `{ kind: "chunk", chunk }` per chunk of OpenAI's
 * stream and `{ kind: "comment", text }` per SSE comment. Ends normally only after `[DONE]` or a
 * finish reason: a stream that stops before is a lost answer, and says so. `onAnswer` is called
 * once the server has accepted the request.
 */
export async function* streamChat(request, signal, onAnswer = () => {}) {
  const response = await send("v1/chat/completions", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify({ ...request, stream: true, stream_options: { include_usage: true } }),
    signal,
  });
  if (!response.ok) throw await errorOf(response);
  onAnswer();
  let finished = false;
  for await (const item of networkErrorsAsApiErrors(readEvents(response.body))) {
    if (item.kind === "comment") {
      yield item;
    } else if (item.data === "[DONE]") {
      return;
    } else {
      const chunk = parseChunk(item.data);
      finished ||= Boolean(chunk.choices?.some((choice) => choice.finish_reason));
      yield { kind: "chunk", chunk };
    }
  }
  if (!finished) throw new ApiError("The connection ended before the answer did.");
}

function parseChunk(data) {
  let chunk;
  try {
    chunk = JSON.parse(data);
  } catch {
    throw new ApiError("The server sent a chunk that is not JSON.");
  }
  if (chunk.error) throw new ApiError(messageOf(chunk.error), { status: 200, ...fieldsOf(chunk.error) });
  return chunk;
}

/** Where the server's WebSocket is. */
export function socketUrl() {
  const url = new URL("v1/streams", BASE);
  url.protocol = url.protocol.replace("http", "ws");
  return url;
}

/** A request with the key; throws an ApiError where there is no answer at all. */
export async function send(path, options = {}) {
  const headers = new Headers(options.headers);
  const key = apiKey.get();
  if (key) headers.set("Authorization", `Bearer ${key}`);
  try {
    return await fetch(new URL(path, BASE), { ...options, headers, cache: "no-store" });
  } catch (error) {
    throw translated(error);
  }
}

/** The same items; a network failure among them leaves as an ApiError. */
export async function* networkErrorsAsApiErrors(items) {
  try {
    yield* items;
  } catch (error) {
    throw translated(error);
  }
}

// fetch reports every network failure as a bare TypeError; an abort is no failure and stays itself.
function translated(error) {
  return error instanceof TypeError ? new ApiError("The server cannot be reached.") : error;
}

/** What an answer that is no success says. */
export async function errorOf(response) {
  const body = await response.json().catch(() => null);
  const error = body?.error ?? null;
  return new ApiError(error ? messageOf(error) : `The server answered ${response.status}.`, {
    status: response.status,
    retryAfterSeconds: retryAfterSeconds(response.headers.get("Retry-After")),
    ...fieldsOf(error),
  });
}

function messageOf(error) {
  return typeof error === "string" ? error : error.message || "The server gave no reason.";
}

function fieldsOf(error) {
  return { type: error?.type ?? null, code: error?.code ?? null };
}

// Retry-After is either seconds or a date (RFC 9110, 10.2.3).
function retryAfterSeconds(header) {
  if (!header) return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null;
}
