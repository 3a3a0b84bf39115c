// The live sequences, a lane each.

import { Lane } from "./lane.js";

/** The table. `act(id, action)` does something to a sequence; "mark" is sent when one is pointed at. */
export class Lanes extends EventTarget {
  /** The id of the sequence that is pointed at, or null. */
  marked = null;
  #rows = document.getElementById("lane-rows");
  #none = document.getElementById("no-lanes");
  #lanes = new Map();
  #hues;
  #act;

  constructor(hues, act) {
    super();
    this.#hues = hues;
    this.#act = act;
    this.#rows.addEventListener("keydown", (event) => this.#noteKey(event));
  }

  /** Shows the sequences of a view, in their order. */
  show(sequences, isDark) {
    const live = new Set(sequences.map(({ id }) => id));
    // First, while they are still where they were: the focus goes to a neighbour.
    for (const id of [...this.#lanes.keys()]) if (!live.has(id)) this.#remove(id);
    sequences.forEach((sequence, index) => {
      const lane = this.#laneOf(sequence.id);
      if (this.#rows.children[index] !== lane.node) this.#place(lane, index);
      lane.show(sequence, this.#hues.of(sequence.id), isDark);
    });
    this.#none.hidden = sequences.length > 0;
  }

  #laneOf(id) {
    if (!this.#lanes.has(id)) {
      this.#lanes.set(id, new Lane(id, (action) => this.#act(id, action), (on) => this.#mark(on ? id : null)));
    }
    return this.#lanes.get(id);
  }

  #place(lane, index) {
    const holdsFocus = lane.node.contains(document.activeElement);
    const focused = document.activeElement;
    this.#rows.insertBefore(lane.node, this.#rows.children[index] ?? null);
    if (holdsFocus) focused.focus();
  }

  #remove(id) {
    const { node } = this.#lanes.get(id);
    const focused = node.contains(document.activeElement) ? document.activeElement : null;
    const neighbour = node.nextElementSibling ?? node.previousElementSibling;
    if (focused && neighbour) this.#lanes.get(neighbour.dataset.id)?.focus(focused);
    else if (focused) document.getElementById("lanes").focus();
    if (this.marked === id) this.#mark(null);
    node.remove();
    this.#lanes.delete(id);
  }

  #mark(id) {
    this.marked = id;
    this.dispatchEvent(new Event("mark"));
  }

  #noteKey(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const row = event.target.closest("tr");
    const next = event.key === "ArrowDown" ? row?.nextElementSibling : row?.previousElementSibling;
    if (!next) return;
    event.preventDefault();
    this.#lanes.get(next.dataset.id)?.focus(event.target);
  }
}
