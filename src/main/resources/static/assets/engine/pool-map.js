// The KV pool as a map: which sequence holds which block, what is cached, what is free; and beside
// it what is kept in host memory.

import { BlockCanvas } from "./block-canvas.js";
import { ownerColour, styleColour } from "./colours.js";

// The tier may have a hundred thousand blocks; a cell then stands for several.
const MAX_TIER_CELLS = 1200;
const NARROW = matchMedia("(max-width: 52rem)");
const poolHeight = () => (NARROW.matches ? 130 : 220);
const tierHeight = () => (NARROW.matches ? 70 : 110);

/** Shows the blocks of a view; `pointed(text)` is told in words what the pointer is on. */
export class PoolMap {
  #pool = document.getElementById("pool");
  #poolWords = document.getElementById("pool-words");
  #poolCanvas = new BlockCanvas(this.#pool, poolHeight);
  #tier = document.getElementById("tier");
  #tierWords = document.getElementById("tier-words");
  #tierFigure = document.getElementById("tier-figure");
  #tierCanvas = new BlockCanvas(this.#tier, tierHeight);
  #hues;
  #owners = [];
  #cached = new Set();
  #tierOwners = [];

  constructor(hues, pointed) {
    this.#hues = hues;
    this.#pool.addEventListener("pointermove", (event) => pointed(this.#wordsAt(event)));
    this.#pool.addEventListener("pointerleave", () => pointed(""));
  }

  /** Draws a view; blocks of the sequence `marked` stand out. */
  show(view, marked, isDark) {
    this.#assign(view);
    const style = {
      empty: styleColour("--block-free"),
      cached: styleColour("--block-cached"),
      ring: styleColour("--text"),
      dot: styleColour("--ground"),
    };
    const fillOf = (sequence) => ownerColour(this.#hues.of(sequence.id), sequence.state === "running", isDark);
    this.#poolCanvas.draw(view.block_count, (block) => this.#cellOf(block, marked, style, fillOf), style.empty);
    this.#tierFigure.hidden = view.tier_block_count === 0;
    if (!this.#tierFigure.hidden) {
      const tierCell = (index) => ({ fill: this.#tierOwners[index] ? fillOf(this.#tierOwners[index]) : null });
      this.#tierCanvas.draw(Math.min(view.tier_block_count, MAX_TIER_CELLS), tierCell, style.empty);
    }
    this.#showWords(view);
  }

  #assign(view) {
    this.#owners = [];
    this.#cached = new Set(view.cached_blocks);
    this.#tierOwners = [];
    const perCell = Math.max(1, view.tier_block_count / MAX_TIER_CELLS);
    for (const sequence of view.sequences) {
      for (const block of sequence.blocks) (this.#owners[block] ??= []).push(sequence);
      // Which of the tier's blocks are whose isn't told, only how many.
      for (let i = 0; i < sequence.offloaded_blocks; i += perCell) this.#tierOwners.push(sequence);
    }
  }

  #cellOf(block, marked, style, fillOf) {
    const owners = this.#owners[block];
    if (!owners) return { fill: this.#cached.has(block) ? style.cached : null };
    return {
      fill: fillOf(owners[0]),
      mark: owners.length > 1 ? style.dot : null,
      ring: owners.some(({ id }) => id === marked) ? style.ring : null,
    };
  }

  #showWords(view) {
    const own = this.#owners.reduce((count) => count + 1, 0);
    const others = Math.max(0, view.used_blocks - own);
    const parts = [
      `${view.used_blocks.toLocaleString("en")} of ${view.block_count.toLocaleString("en")} held`,
      others > 0 ? `${others.toLocaleString("en")} by other keys` : null,
      `${this.#cached.size.toLocaleString("en")} cached`,
      `${view.free_blocks.toLocaleString("en")} free`,
    ];
    setText(this.#poolWords, parts.filter(Boolean).join(" · "));
    this.#pool.setAttribute("aria-label", `KV blocks: ${this.#poolWords.textContent}`);
    const tier = `${view.tier_blocks.toLocaleString("en")} of ${view.tier_block_count.toLocaleString("en")}`;
    setText(this.#tierWords, tier);
    this.#tier.setAttribute("aria-label", `Host memory: ${tier} blocks`);
  }

  #wordsAt(event) {
    const block = this.#poolCanvas.indexAt(event);
    if (block < 0) return "";
    const owners = this.#owners[block];
    if (owners) return `Block ${block}: ${owners.map(({ id, state }) => `${id}, ${state}`).join("; ")}`;
    return `Block ${block}: ${this.#cached.has(block) ? "a cached prefix" : "free, or another key's"}`;
  }
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
