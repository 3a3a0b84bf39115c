// Model output to DOM. It is hostile by assumption, so it passes two independent guards: HTML that
// the model writes is escaped before it becomes markup (it is shown, which is also what a reader
// wants), and DOMPurify then lets only known elements and attributes through. Images become links:
// a picture's address would be fetched unasked and could carry the conversation away.

import { Lexer, Marked } from "../webjars/marked/lib/marked.esm.js";
import DOMPurify from "../webjars/dompurify/dist/purify.es.mjs";
import { codeBlock, showCode } from "./code.js";
import { el } from "./dom.js";

const SANITIZED = {
  ALLOWED_TAGS: (
    "p h1 h2 h3 h4 h5 h6 ul ol li blockquote hr pre code table thead tbody tr th td a strong em del " +
    "br sub sup kbd b i u s mark small"
  ).split(" "),
  ALLOWED_ATTR: ["href", "title", "align", "start", "data-language"],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  // Absolute links only: a relative one would lead into this server.
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  // DOMPurify tests every attribute's value against that pattern, unless it is named here.
  ADD_URI_SAFE_ATTR: ["title", "align", "start", "data-language"],
  RETURN_DOM_FRAGMENT: true,
};

// Bare tags without attributes that models do use inside Markdown, in table cells above all.
const BARE_TAG = /&lt;(\/?(?:br|sub|sup|kbd|b|i|u|s|em|strong|mark|small))\s*\/?&gt;/gi;

const marked = new Marked({
  gfm: true,
  renderer: {
    html: ({ text }) => escapeHtml(text).replace(BARE_TAG, "<$1>"),
    code: ({ text, lang }) =>
      `<pre data-language="${escapeHtml(lang ?? "")}"><code>${escapeHtml(text)}</code></pre>`,
    image: ({ href, text }) => `<a href="${escapeHtml(href)}">${escapeHtml(text || href)}</a>`,
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
  },
});

// Below this many characters a block is cheap enough to redo in every frame.
const CHEAP_CHARS = 2048;
// Above, it is redone when it has grown by a factor, which keeps the total work linear: a little
// where that is soon there, more for the few blocks that are longer still.
const GROWTH = 25 / 24;
const LONG_CHARS = 8192;
const LONG_GROWTH = 9 / 8;
// Enough of the text already shown to see a fence that arrives in pieces.
const SEAM_CHARS = 6;

/**
 * Markdown that arrives in pieces, rendered into `container`. Blocks that later text can no longer
 * change are rendered once and left alone, so that selections in them survive; only the open block
 * at the end is rendered again, and a long one not in every frame.
 */
export class MarkdownStream {
  #container;
  #links = Object.create(null);
  #definesLinks = false;
  #settled = [];
  // The open end of the text: as last parsed, shown plainly since, and not shown yet. In three, so
  // that a frame costs as much as what is new in it.
  #parsed = "";
  #plain = [];
  #plainChars = 0;
  #fresh = "";
  #seam = "";
  #live = [];
  #liveCode = null;

  constructor(container) {
    this.#container = container;
  }

  /** Takes more text; nothing is shown before `render`. */
  append(text) {
    // Carriage returns would make the lexer's offsets differ from ours.
    this.#fresh += text.replaceAll("\r", "");
  }

  /** Shows what has arrived. Call it at most once per frame. */
  render() {
    if (this.#fresh === "") return;
    if (this.#canWait()) this.#showPlain();
    else this.#parse();
  }

  /** Shows the rest properly; the text is complete. */
  finish() {
    if (this.#fresh !== "" || this.#plainChars > 0) this.#parse();
    // A link's definition may come after its use, in a block that is settled by then.
    if (this.#definesLinks) this.#renderAnew();
  }

  #renderAnew() {
    this.#links = Object.create(null);
    const tokens = this.#lex(this.#settled.join("") + this.#parsed);
    this.#container.replaceChildren(...tokens.map(renderToken));
  }

  #lex(source) {
    const lexer = new Lexer(marked.defaults);
    // A table per parse, over the settled one: an open definition's address is still growing.
    lexer.tokens.links = Object.create(this.#links);
    return lexer.lex(source);
  }

  #canWait() {
    const chars = this.#parsed.length + this.#plainChars + this.#fresh.length;
    const growth = chars < LONG_CHARS ? GROWTH : LONG_GROWTH;
    if (chars < CHEAP_CHARS || chars > this.#parsed.length * growth) return false;
    const blockMayEnd = this.#liveCode ? /\n {0,3}(?:```|~~~)/ : /\n\s*\n/;
    return !blockMayEnd.test(this.#seam + this.#fresh);
  }

  // The reader sees every token at once; emphasis and colours follow with the next parse.
  #showPlain() {
    const text = document.createTextNode(this.#fresh);
    const target = this.#liveCode?.node.querySelector("code") ?? this.#innermostLive();
    if (target) target.append(text);
    else this.#container.append(text);
    this.#live.push(text);
    this.#plain.push(this.#fresh);
    this.#plainChars += this.#fresh.length;
    this.#seam = (this.#seam + this.#fresh).slice(-SEAM_CHARS);
    this.#fresh = "";
  }

  #innermostLive() {
    let node = this.#live.findLast((candidate) => candidate instanceof Element) ?? null;
    while (node?.lastElementChild) node = node.lastElementChild;
    return node;
  }

  #parse() {
    const source = [this.#parsed, ...this.#plain, this.#fresh].join("");
    this.#plain = [];
    this.#plainChars = 0;
    this.#fresh = "";
    this.#seam = source.slice(-SEAM_CHARS);
    const tokens = this.#lex(source);
    const open = settledCount(tokens, source);
    this.#noteLinks(tokens, open);
    const settled = tokens.slice(0, open).map((token) => token.raw).join("");
    this.#settled.push(settled);
    this.#parsed = source.slice(settled.length);
    if (open === 0 && this.#updateLiveCode(tokens)) return;
    for (const node of this.#live) node.remove();
    this.#liveCode = null;
    for (const token of tokens.slice(0, open)) this.#container.append(renderToken(token));
    this.#showLive(tokens.slice(open));
  }

  #noteLinks(tokens, open) {
    this.#definesLinks ||= tokens.some((token) => token.type === "def");
    for (const { type, tag, href, title } of tokens.slice(0, open)) {
      if (type === "def") this.#links[tag] ??= { href, title };
    }
  }

  #showLive(tokens) {
    this.#live = tokens.flatMap((token) => [...renderToken(token).childNodes]);
    this.#container.append(...this.#live);
    const [token] = tokens;
    if (tokens.length === 1 && token.type === "code") {
      this.#liveCode = { node: this.#live[0], lang: token.lang };
    }
  }

  // An open code block keeps its frame, so that its copy button can be hovered and focused.
  #updateLiveCode(tokens) {
    const [token] = tokens;
    if (!this.#liveCode || token.type !== "code" || token.lang !== this.#liveCode.lang) return false;
    if (tokens.length > 1) return false;
    showCode(this.#liveCode.node, token.text);
    this.#live = [this.#liveCode.node];
    return true;
  }
}

/** Renders complete Markdown into `container`, exactly as a stream of it would end. */
export function renderMarkdown(container, text) {
  const stream = new MarkdownStream(container);
  stream.append(text);
  stream.finish();
}

/**
 * How many leading tokens later text cannot change: those before the last block whose first line
 * is complete. An incomplete first line does not settle what is before it: the "2" of "2. Next" looks
 * like a paragraph after the list, until its dot arrives and makes it the list's next item.
 */
function settledCount(tokens, source) {
  let offset = 0;
  for (const token of tokens) {
    if (!source.startsWith(token.raw, offset)) return 0;
    offset += token.raw.length;
  }
  for (let i = tokens.length - 1; i > 0; i--) {
    const firstLineComplete = i + 1 < tokens.length || tokens[i].raw.includes("\n");
    if (tokens[i].type !== "space" && firstLineComplete) return i;
  }
  return 0;
}

// Block by block, so that a tag the model leaves open cannot reach into the next block.
function renderToken(token) {
  const fragment = DOMPurify.sanitize(marked.parser([token]), SANITIZED);
  for (const pre of fragment.querySelectorAll("pre")) {
    pre.replaceWith(codeBlock(pre.textContent, pre.dataset.language ?? ""));
  }
  for (const link of fragment.querySelectorAll("a[href]")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }
  for (const table of fragment.querySelectorAll("table")) {
    const frame = el("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": "Table" });
    table.replaceWith(frame);
    frame.append(table);
  }
  return fragment;
}

function escapeHtml(text) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}
