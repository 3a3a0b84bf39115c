// The page's one WebSocket, which carries every stream by its id.

import { ApiError, apiKey, socketUrl } from "./api.js";

const PROTOCOL = "sluice.v1";
const OPENING_MILLIS = 5000;

/** A connection that is opened when it is needed, and again after it was lost. */
export class Socket {
  #socket = null;
  #opening = null;
  #listeners = new Map();

  constructor() {
    // The browser may learn of a lost network long before the socket does.
    addEventListener("offline", () => this.#drop(this.#socket));
  }

  /** Opens it unless it is open. Rejects where it can't be had: a page isn't told why. */
  open() {
    if (this.#socket) return Promise.resolve();
    this.#opening ??= this.#connect().finally(() => (this.#opening = null));
    return this.#opening;
  }

  /** Calls `listener` with each frame about `id`, and with null when the connection is lost. */
  listen(id, listener) {
    this.#listeners.set(id, listener);
  }

  unlisten(id) {
    this.#listeners.delete(id);
  }

  /** Sends a frame; forgotten where there is no connection, since its listeners know. */
  send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #connect() {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(socketUrl(), protocols());
      const tooLate = setTimeout(() => socket.close(), OPENING_MILLIS);
      socket.onopen = () => {
        clearTimeout(tooLate);
        this.#socket = socket;
        resolve();
      };
      socket.onmessage = (event) => this.#deliver(JSON.parse(event.data));
      socket.onclose = () => {
        clearTimeout(tooLate);
        this.#drop(socket);
        reject(new ApiError("The server cannot be reached."));
      };
    });
  }

  #deliver(frame) {
    this.#listeners.get(frame.id)?.(frame);
  }

  #drop(socket) {
    if (!socket || this.#socket !== socket) return;
    this.#socket = null;
    socket.onmessage = null;
    socket.close();
    for (const listener of [...this.#listeners.values()]) listener(null);
  }
}

// A script can't set headers on a handshake, so the key goes as a subprotocol, in base64url.
function protocols() {
  const key = apiKey.get();
  if (!key) return [PROTOCOL];
  const bytes = String.fromCharCode(...new TextEncoder().encode(key));
  const token = btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return [PROTOCOL, `sluice.key.${token}`];
}
