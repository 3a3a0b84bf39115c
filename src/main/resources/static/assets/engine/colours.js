// Colours by sequence and by state, for what is drawn and not styled.

const GOLDEN_ANGLE = 137.508;
const FIRST_HUE = 190;

/** A hue per sequence, far from those that came before it, and the same for as long as it lives. */
export class Hues {
  #hues = new Map();
  #next = 0;

  /** Forgets sequences that are gone. */
  keep(ids) {
    const live = new Set(ids);
    for (const id of this.#hues.keys()) if (!live.has(id)) this.#hues.delete(id);
  }

  of(id) {
    if (!this.#hues.has(id)) this.#hues.set(id, (FIRST_HUE + this.#next++ * GOLDEN_ANGLE) % 360);
    return this.#hues.get(id);
  }
}

/** A sequence's colour; pale while it isn't computed. */
export function ownerColour(hue, isComputed, isDark) {
  const [chroma, light] = isDark ? [0.13, 0.72] : [0.14, 0.58];
  return `oklch(${light} ${chroma} ${hue.toFixed(0)} / ${isComputed ? 1 : 0.42})`;
}

/** What a custom property of the page's style comes to now, as a colour that a canvas takes. */
export function styleColour(name) {
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

const probe = document.createElement("span");
probe.hidden = true;
document.body.append(probe);
