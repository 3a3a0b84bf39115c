// Failures in words: a title that says what it means for the person, and the server's own message,
// which names the value and the limit.

import { ApiError } from "./api.js";

/** `{ title, detail, retryAfterSeconds }` of a failure; plain data, so that it can be kept. */
export function describeError(error) {
  if (!(error instanceof ApiError)) {
    return { title: "The page could not show this answer", detail: String(error), retryAfterSeconds: null };
  }
  return { title: titleOf(error), detail: error.message, retryAfterSeconds: error.retryAfterSeconds };
}

function titleOf({ status, code }) {
  if (code === "context_length_exceeded") return "This chat has grown too long for the model";
  if (code === "loading") return "The model is still loading";
  if (code === "shutting_down") return "The server is shutting down";
  if (code === "model_not_found") return "The server does not have this model";
  if (code === "stream_not_found" || code === "events_lost") return "The answer was given up while you were away";
  if (code === "stream_taken_over") return "Another tab reads this answer now";
  if (code === "aborted") return "The answer was ended on the engine page";
  if (code === "stream_stalled") return "The answer waited for you for too long";
  if (status === 0) return "The connection was lost";
  if (status === 401 || status === 403) return "The server did not accept the API key";
  if (status === 429) return "The server is busy";
  if (status === 503) return "The server had no room in time";
  if (status === 200) return "The answer broke off";
  return status >= 500 ? "The server failed" : "The server refused this request";
}
