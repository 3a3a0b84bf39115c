// How answers come: by the socket where it can be had, by server-sent events where not.

import { Socket } from "./socket.js";
import { SocketAnswer } from "./socket-answer.js";
import { SseAnswer } from "./sse-answer.js";

const socket = new Socket();
let socketIsBarred = false;

/** An answer to a chat request; nothing is asked before its items are taken. */
export async function ask(request) {
  if (!socketIsBarred) {
    try {
      await socket.open();
      return new SocketAnswer(socket, { request });
    } catch {
      // A page isn't told why there is no socket; the request is, and says so if it fails too.
    }
  }
  // What answers requests and yet opens no socket, such as a proxy, is not asked for one again.
  return new SseAnswer(request, () => (socketIsBarred = true));
}

/** The rest of an answer that this page, before it was reloaded, had shown up to `seq`. */
export function goOn(stream, seq) {
  return new SocketAnswer(socket, { stream, after: seq });
}
