// The list of earlier chats, and the drawer it is in on a narrow window.

import { el, iconButton } from "./dom.js";
import { toast } from "./notices.js";
import { deleteChat, listChats, renameChat, restoreChat } from "./store.js";

const NARROW = matchMedia("(max-width: 52rem)");

/** The list. `open(id)` is called to show a chat, `deleted(id)` after one is gone. */
export class Sidebar {
  #node = document.getElementById("sidebar");
  #list = document.getElementById("chats");
  #toggle = document.getElementById("toggle-sidebar");
  #backdrop = document.getElementById("backdrop");
  #open;
  #deleted;
  #currentId = "";

  constructor({ open, deleted }) {
    this.#open = open;
    this.#deleted = deleted;
    this.#toggle.addEventListener("click", () => this.#setShown(this.#node.inert));
    this.#backdrop.addEventListener("click", () => this.#setShown(false));
    NARROW.addEventListener("change", () => this.#setShown(!NARROW.matches));
    this.#setShown(!NARROW.matches);
  }

  /** Whether it covers the conversation now. */
  get covers() {
    return NARROW.matches && !this.#node.inert;
  }

  /** Closes it where it covers the conversation. */
  giveWay() {
    if (this.covers) this.#setShown(false);
  }

  /** Shows the chats as they are kept now. */
  refresh(currentId) {
    this.#currentId = currentId;
    // A rename in progress is not swept away by a save in the background.
    if (this.#list.querySelector("input")) return;
    const chats = listChats();
    this.#list.replaceChildren(
      chats.length > 0
        ? el("ul", {}, ...chats.map((chat) => this.#row(chat)))
        : el("p", { class: "chats-empty", text: "Nothing here yet." }),
    );
  }

  #row({ id, title }) {
    const current = id === this.#currentId;
    const row = el("li", { class: "chat-row", "data-current": String(current) });
    row.append(
      el("button", {
        type: "button",
        class: "chat-open",
        "data-id": id,
        "aria-current": current ? "true" : null,
        title,
        text: title,
        onclick: () => this.#open(id),
        ondblclick: () => this.#rename(row, id, title),
      }),
      iconButton("pencil", `Rename “${title}”`, () => this.#rename(row, id, title)),
      iconButton("bin", `Delete “${title}”`, () => this.#delete(id)),
    );
    return row;
  }

  #rename(row, id, title) {
    const input = el("input", { type: "text", class: "chat-rename", "aria-label": "Chat title", maxlength: 80 });
    input.value = title;
    row.replaceChildren(input);
    input.select();
    let done = false;
    const finish = (keep) => {
      if (done) return;
      done = true;
      if (keep) renameChat(id, input.value);
      input.remove();
      this.refresh(this.#currentId);
      this.#buttonOf(id)?.focus();
    };
    input.addEventListener("blur", () => finish(true));
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" && event.key !== "Escape") return;
      // Or the same key press would also press the button that gets the focus now.
      event.preventDefault();
      if (event.key === "Enter") finish(true);
      if (event.key === "Escape") finish(false);
    });
  }

  #delete(id) {
    const chat = deleteChat(id);
    this.#deleted(id);
    if (!chat) return;
    toast(`Deleted “${chat.title}”.`, {
      label: "Undo",
      run: () => {
        restoreChat(chat);
        this.#open(id);
      },
    });
  }

  #buttonOf(id) {
    return [...this.#list.querySelectorAll(".chat-open")].find((button) => button.dataset.id === id);
  }

  #setShown(shown) {
    this.#node.inert = !shown;
    this.#toggle.setAttribute("aria-expanded", String(shown));
    this.#backdrop.hidden = !(shown && NARROW.matches);
    document.body.dataset.sidebar = shown ? "open" : "closed";
  }
}
