// The box one writes in. Enter sends, Shift+Enter adds a line.

const MAX_LINES_PIXELS = 240;

/** The message box. `send(text, editing)` is called with what was written, `stop()` to stop. */
export class Composer {
  #node = document.getElementById("composer");
  #input = document.getElementById("prompt");
  #button = document.getElementById("send");
  #editing = document.getElementById("editing");
  #actions;
  #running = false;
  #available = false;

  constructor(actions) {
    this.#actions = actions;
    this.#input.addEventListener("input", () => this.#refresh());
    this.#input.addEventListener("keydown", (event) => this.#noteKey(event));
    this.#button.addEventListener("click", () => (this.#running ? actions.stop() : this.#send()));
    this.#node.addEventListener("click", (event) => {
      if (event.target === this.#node) this.focus();
    });
    document.getElementById("cancel-edit").addEventListener("click", () => this.cancelEdit());
  }

  get editing() {
    return !this.#editing.hidden;
  }

  focus() {
    this.#input.focus();
  }

  /** Whether an answer is in the making, and whether the server can take a message. */
  setState({ running, available }) {
    this.#running = running;
    this.#available = available;
    this.#refresh();
  }

  /** Offers the person's last message for a change. */
  edit(text) {
    this.#editing.hidden = false;
    this.#fill(text);
    this.focus();
  }

  /** Gives the edit up. */
  cancelEdit() {
    this.#editing.hidden = true;
    this.#fill("");
    this.focus();
  }

  #fill(text) {
    this.#input.value = text;
    this.#refresh();
  }

  #noteKey(event) {
    // While an input method composes, Enter picks a word; 229 is how Safari reports its last one.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "ArrowUp" && this.#input.value === "" && !this.#running) {
      event.preventDefault();
      this.#actions.editLast();
    }
  }

  #send() {
    const text = this.#input.value.trim();
    if (!text || this.#running || !this.#available) return;
    const editing = this.editing;
    this.#editing.hidden = true;
    this.#fill("");
    this.#actions.send(text, editing);
  }

  #refresh() {
    this.#button.dataset.mode = this.#running ? "stop" : "send";
    this.#button.setAttribute("aria-label", this.#running ? "Stop" : "Send");
    this.#button.disabled = !this.#running && !(this.#available && this.#input.value.trim());
    // The box grows with its text; setting a height from script is not an inline style to the CSP.
    this.#input.style.height = "auto";
    this.#input.style.height = `${Math.min(this.#input.scrollHeight, MAX_LINES_PIXELS)}px`;
  }
}
