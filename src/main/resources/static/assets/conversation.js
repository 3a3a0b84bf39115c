// The conversation on screen: its messages, and the one answer that may be in the making.

import { AnswerRun } from "./answer-run.js";
import { describeError } from "./errors.js";
import { forgetLive, liveStream, noteLive } from "./live-answer.js";
import { AnswerView, userView } from "./message-view.js";
import { announce, toast } from "./notices.js";
import { samplingOf, settings } from "./settings.js";
import { isKept, newChat, readChat, saveChat } from "./store.js";
import { ask, goOn } from "./transport.js";

const SAVE_EVERY_MILLIS = 1500;
const SPOKEN_CHARS = 600;

/**
 * Holds a chat and runs its requests. Sends "change" when it starts or ends an answer, opens
 * another chat, "painted" when the transcript grew, "failed" with the error, "edit" when the
 * person wants to change the last message.
 */
export class Conversation extends EventTarget {
  chat = newChat();
  #transcript;
  #emptyState;
  #abort = null;
  #savedMillis = 0;
  #storageFull = false;
  #lastView = null;
  #actions = {
    regenerate: () => this.regenerate(),
    edit: () => this.dispatchEvent(new Event("edit")),
  };

  /** Shows itself in `transcript`; `emptyState()` makes what an empty chat shows. */
  constructor(transcript, emptyState) {
    super();
    this.#transcript = transcript;
    this.#emptyState = emptyState;
    addEventListener("pagehide", () => this.#save());
  }

  /** Whether an answer is being made. */
  get running() {
    return this.#abort !== null;
  }

  /** The last message of the person, or null. */
  get lastQuestion() {
    return this.chat.messages.findLast((message) => message.role === "user") ?? null;
  }

  /** Opens a kept chat; an unknown id opens an empty one. An answer of this tab in the making goes on. */
  open(id) {
    if (this.running && id === this.chat.id) return;
    this.stop();
    this.chat = readChat(id) ?? newChat();
    this.#show();
    this.#goOnIfLive();
  }

  /** Begins an empty chat; it is kept once it has a message. */
  startNew() {
    this.stop();
    this.chat = newChat();
    this.#show();
  }

  /** Adds the person's message and asks for an answer. */
  ask(text) {
    this.chat.messages.push({ role: "user", content: text });
    return this.#answer();
  }

  /** Replaces the person's last message, and what came of it. */
  askAgain(text) {
    const at = this.chat.messages.findLastIndex((message) => message.role === "user");
    this.chat.messages.splice(at);
    return this.ask(text);
  }

  /** Makes the last answer anew. */
  regenerate() {
    if (this.running) return undefined;
    if (this.chat.messages.at(-1)?.role === "assistant") this.chat.messages.pop();
    return this.#answer();
  }

  /** Ends the answer in the making; what came stays. */
  stop() {
    this.#abort?.abort();
  }

  #answer() {
    const request = requestOf(this.chat);
    const message = { role: "assistant", content: "", reasoning: "", seq: -1, finish: null, error: null, stats: null };
    this.chat.messages.push(message);
    this.#show();
    return this.#follow(message, ask(request));
  }

  #goOnIfLive() {
    const message = this.chat.messages.at(-1);
    const stream = liveStream(this.chat.id);
    if (!stream || message?.role !== "assistant" || message.finish || message.error) return;
    this.#show(true);
    this.#follow(message, goOn(stream, message.seq ?? -1));
  }

  async #follow(message, answer) {
    const chat = this.chat;
    const run = new AnswerRun(message, this.#lastView, {
      painted: () => this.#painted(),
      opened: (stream) => noteLive(chat.id, stream),
    });
    const abort = new AbortController();
    this.#abort = abort;
    this.#save();
    this.#changed();
    announce("Answering");
    try {
      await run.follow(await answer, abort.signal);
    } catch (error) {
      this.#noteEnd(message, error, abort.signal.aborted);
    }
    run.settle();
    if (this.#abort === abort) {
      this.#abort = null;
      forgetLive();
    }
    // A chat that was deleted meanwhile stays deleted.
    if (chat === this.chat || isKept(chat.id)) this.#save(chat);
    this.#changed();
    announce(spoken(message));
    this.dispatchEvent(new Event("painted"));
  }

  #noteEnd(message, error, stopped) {
    if (stopped) {
      message.finish = "stopped";
      return;
    }
    message.finish = "error";
    message.error = describeError(error);
    this.dispatchEvent(new CustomEvent("failed", { detail: error }));
  }

  #painted() {
    this.dispatchEvent(new Event("painted"));
    if (performance.now() - this.#savedMillis > SAVE_EVERY_MILLIS) this.#save();
  }

  #save(chat = this.chat) {
    this.#savedMillis = performance.now();
    if (chat.messages.length === 0) return;
    const full = !saveChat(chat);
    if (full && !this.#storageFull) toast("This browser's storage is full: this chat will be gone after a reload.");
    this.#storageFull = full;
  }

  #show(isLive = false) {
    const views = this.chat.messages.map((message, index) => this.#viewOf(message, index, isLive));
    this.#transcript.replaceChildren(...(views.length > 0 ? views : [this.#emptyState()]));
    this.#changed();
  }

  #viewOf(message, index, isLive) {
    if (message.role === "user") {
      return userView(message, message === this.lastQuestion ? this.#actions.edit : null);
    }
    const isLast = index === this.chat.messages.length - 1;
    this.#lastView = new AnswerView(message, this.#actions);
    const isNew = isLast && !message.content && !message.error && !message.finish;
    if (isLast && isLive) return this.#lastView.showBegun().node;
    return isNew ? this.#lastView.node : this.#lastView.showComplete(isLast).node;
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

function requestOf(chat) {
  const system = settings.system.trim() ? [{ role: "system", content: settings.system }] : [];
  const messages = [...system, ...turnsOf(chat)];
  return { ...(settings.model ? { model: settings.model } : {}), messages, ...samplingOf(settings) };
}

// Turns alternate, as many chat templates demand: questions whose answers failed become one.
function turnsOf(chat) {
  const turns = [];
  for (const { role, content } of chat.messages.filter((message) => message.content)) {
    const last = turns.at(-1);
    if (last?.role === role) last.content += `\n\n${content}`;
    else turns.push({ role, content });
  }
  return turns;
}

function spoken({ content, error, finish }) {
  if (error) return `${error.title}. ${error.detail}`;
  if (finish === "stopped") return "Stopped";
  return content.length > SPOKEN_CHARS ? `${content.slice(0, SPOKEN_CHARS)} … and more` : content;
}
