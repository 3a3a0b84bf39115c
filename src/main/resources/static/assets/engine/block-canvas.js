// A canvas of equal cells in reading order, as many and as large as fit.

const MAX_CELL = 22;
const MIN_CELL = 4;

/** Draws cells; thousands of them cost a few milliseconds. */
export class BlockCanvas {
  #canvas;
  #maxHeight;
  #cell = MIN_CELL;
  #columns = 1;
  #count = 0;

  /** Cells shrink before the canvas grows higher than `maxHeight()`. */
  constructor(canvas, maxHeight) {
    this.#canvas = canvas;
    this.#maxHeight = maxHeight;
  }

  /**
   * Draws `count` cells. `cellOf(index)` gives `{ fill, mark, ring }`: its colour or null for an
   * empty one, the colour of a dot in it, that of a ring around it.
   */
  draw(count, cellOf, emptyColour) {
    this.#fit(count);
    const context = this.#canvas.getContext("2d");
    const scale = devicePixelRatio;
    const gap = this.#cell > 8 ? 2 : 1;
    const side = this.#cell - gap;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.lineWidth = 1;
    for (let i = 0; i < count; i++) {
      const x = (i % this.#columns) * this.#cell;
      const y = Math.floor(i / this.#columns) * this.#cell;
      const { fill, mark, ring } = cellOf(i);
      context.fillStyle = fill ?? emptyColour;
      context.fillRect(x, y, side, side);
      if (mark && side > 4) {
        context.fillStyle = mark;
        context.fillRect(x + side / 2 - 1.5, y + side / 2 - 1.5, 3, 3);
      }
      if (ring) {
        context.strokeStyle = ring;
        context.strokeRect(x + 0.5, y + 0.5, side - 1, side - 1);
      }
    }
  }

  /** The cell under a pointer, or -1. */
  indexAt(event) {
    const { left, top } = this.#canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - left) / this.#cell);
    const row = Math.floor((event.clientY - top) / this.#cell);
    const index = row * this.#columns + column;
    return column >= 0 && column < this.#columns && index >= 0 && index < this.#count ? index : -1;
  }

  #fit(count) {
    const width = this.#canvas.clientWidth;
    const rowsOf = (cell) => Math.ceil(count / Math.max(1, Math.floor(width / cell)));
    let cell = MAX_CELL;
    while (cell > MIN_CELL && rowsOf(cell) * cell > this.#maxHeight()) cell--;
    this.#cell = cell;
    this.#count = count;
    this.#columns = Math.max(1, Math.floor(width / cell));
    const height = Math.max(cell, Math.ceil(count / this.#columns) * cell);
    const pixels = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
    if (this.#canvas.width === pixels[0] && this.#canvas.height === pixels[1]) return;
    [this.#canvas.width, this.#canvas.height] = pixels;
    this.#canvas.style.height = `${height}px`;
  }
}
