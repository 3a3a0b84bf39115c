// Scrolling along with an answer, and leaving a person alone who scrolls up to read.

const NEAR_PIXELS = 56;

/** Keeps `scroller` at its end while it follows; `button` leads back and shows only when needed. */
export class Follower {
  #scroller;
  #button;
  #following = true;
  #lastTop = 0;

  constructor(scroller, button) {
    this.#scroller = scroller;
    this.#button = button;
    scroller.addEventListener("scroll", () => this.#noteScroll(), { passive: true });
    button.addEventListener("click", () => this.jump());
  }

  /** Goes along with content that grew, if it follows. */
  grew() {
    if (this.#following) this.#toEnd();
    this.#showButton();
  }

  /** Goes to the end and follows from now on. */
  jump() {
    this.#following = true;
    this.#toEnd();
    this.#showButton();
  }

  // Only a move upwards counts as leaving: content that grows also moves the end away.
  #noteScroll() {
    const top = this.#scroller.scrollTop;
    if (this.#distance() <= NEAR_PIXELS) this.#following = true;
    else if (top < this.#lastTop) this.#following = false;
    this.#lastTop = top;
    this.#showButton();
  }

  #toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#lastTop = this.#scroller.scrollTop;
  }

  #distance() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  #showButton() {
    this.#button.hidden = this.#following || this.#distance() <= NEAR_PIXELS;
  }
}
