// Which answer in the making is this tab's: a reload goes on with it, another tab leaves it alone.

import { readJson, session } from "./storage.js";

const KEY = "sluice.live";

/** Notes that this tab reads `stream` for a chat. */
export function noteLive(chatId, stream) {
  session.setItem(KEY, JSON.stringify({ chatId, stream }));
}

/** Notes that it has ended. */
export function forgetLive() {
  session.removeItem(KEY);
}

/** The stream that this tab reads for a chat, or null. */
export function liveStream(chatId) {
  const live = readJson(session, KEY, null);
  return live?.chatId === chatId && typeof live.stream === "string" ? live.stream : null;
}
