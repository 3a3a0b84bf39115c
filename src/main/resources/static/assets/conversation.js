// The conversation on screen: its messages, and the one answer that may be in the making.

import { streamChat } from "./api.js";
import { describeError } from "./errors.js";
import { TokenMeter } from "./meter.js";
import { AnswerView, userView } from "./message-view.js";
import { announce, toast } from "./notices.js";
import { samplingOf, settings } from "./settings.js";
import { isKept, newChat, readChat, saveChat } from "./store.js";

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

  /** Opens a kept chat; an unknown id opens an empty one. */
  open(id) {
    this.stop();
    this.chat = readChat(id) ?? newChat();
    this.#show();
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

  async #answer() {
    const chat = this.chat;
    const request = requestOf(chat);
    const message = { role: "assistant", content: "", reasoning: "", finish: null, error: null, stats: null };
    chat.messages.push(message);
    this.#show();
    const run = new AnswerRun(message, this.#lastView, () => this.#painted());
    const abort = new AbortController();
    this.#abort = abort;
    this.#save();
    this.#changed();
    announce("Answering");
    try {
      await run.follow(streamChat(request, abort.signal));
    } catch (error) {
      this.#noteEnd(message, error, abort.signal.aborted);
    }
    run.settle();
    if (this.#abort === abort) this.#abort = null;
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

  #show() {
    const views = this.chat.messages.map((message, index) => this.#viewOf(message, index));
    this.#transcript.replaceChildren(...(views.length > 0 ? views : [this.#emptyState()]));
    this.#changed();
  }

  #viewOf(message, index) {
    if (message.role === "user") {
      return userView(message, message === this.lastQuestion ? this.#actions.edit : null);
    }
    const isLast = index === this.chat.messages.length - 1;
    this.#lastView = new AnswerView(message, this.#actions);
    const isNew = isLast && !message.content && !message.error && !message.finish;
    return isNew ? this.#lastView.node : this.#lastView.showComplete(isLast).node;
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** One answer in the making: takes the stream's pieces and paints at most once per frame. */
class AnswerRun {
  #message;
  #view;
  #painted;
  #meter = new TokenMeter();
  #usage = null;
  #frame = 0;

  constructor(message, view, painted) {
    this.#message = message;
    this.#view = view;
    this.#painted = painted;
    view.begin();
  }

  async follow(items) {
    for await (const item of items) {
      if (item.kind === "comment") this.#noteComment(item.text);
      else this.#take(item.chunk);
    }
  }

  settle() {
    cancelAnimationFrame(this.#frame);
    this.#message.stats = this.#meter.stats(this.#usage);
    this.#view.settle(true);
  }

  #noteComment(text) {
    if (text) this.#view.wait(waitingText(text));
  }

  #take(chunk) {
    if (chunk.usage) this.#usage = chunk.usage;
    const [choice] = chunk.choices ?? [];
    if (!choice) return;
    const { content, reasoning, reasoning_content: reasoningContent } = choice.delta ?? {};
    const thought = reasoning ?? reasoningContent;
    if (thought) this.#message.reasoning += thought;
    if (content) {
      this.#message.content += content;
      this.#view.append(content);
    }
    if (content || thought) {
      this.#meter.tick();
      this.#frame ||= requestAnimationFrame(() => this.#paint());
    }
    this.#message.finish = choice.finish_reason ?? this.#message.finish;
  }

  #paint() {
    this.#frame = 0;
    this.#view.paint(this.#meter.stats());
    this.#painted();
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

// The server's comments are its scheduler's words, such as "queued" or "paused".
function waitingText(comment) {
  if (comment === "keep-alive") return "Waiting for the model";
  return /^queued\b/.test(comment) ? `Waiting in the ${comment.replace("queued", "queue")}` : `Waiting: ${comment}`;
}

function spoken({ content, error, finish }) {
  if (error) return `${error.title}. ${error.detail}`;
  if (finish === "stopped") return "Stopped";
  return content.length > SPOKEN_CHARS ? `${content.slice(0, SPOKEN_CHARS)} … and more` : content;
}
