// Code blocks: a frame with the language, a copy button and highlighted text.

import { copyButton } from "./copy.js";
import { el } from "./dom.js";

// Highlighting a block longer than this would hold up the page for longer than colour is worth.
const MAX_HIGHLIGHTED_CHARS = 50_000;

/** A framed block of `code`; `language` is the fence's info string, of which the first word counts. */
export function codeBlock(code, language) {
  const name = language.trim().split(/\s+/)[0];
  const body = el("code", { "data-language": name.toLowerCase() });
  const block = el(
    "figure",
    { class: "code" },
    el(
      "figcaption",
      {},
      el("span", { text: name || "text" }),
      copyButton("Copy code", () => body.textContent, "Copy"),
    ),
    el("pre", { tabindex: 0 }, body),
  );
  showCode(block, code);
  return block;
}

/** Replaces the text of a block made by `codeBlock`. */
export function showCode(block, code) {
  const body = block.querySelector("code");
  body.replaceChildren(highlighted(code, body.dataset.language));
}

function highlighted(code, language) {
  const hljs = window.hljs;
  if (!language || code.length > MAX_HIGHLIGHTED_CHARS || !hljs?.getLanguage(language)) {
    return document.createTextNode(code);
  }
  return spansOf(hljs.highlight(code, { language, ignoreIllegals: true }).value);
}

const MARKUP = /<span class="([\w\- ]+)">|(<\/span>)|&(amp|lt|gt|quot|#x27);|([^<&]+|.)/gs;
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'" };

/**
 * The elements of highlight.js's markup, which knows nothing but classed spans and five entities.
 * Built without the HTML parser: whatever else is in there becomes text, and a block that is
 * highlighted again and again while it grows costs a fraction of parsing and sanitising it.
 */
function spansOf(markup) {
  const root = document.createDocumentFragment();
  let open = root;
  let text = "";
  const flush = () => {
    if (text) open.append(text);
    text = "";
  };
  for (const [, classes, close, entity, plain] of markup.matchAll(MARKUP)) {
    if (classes) {
      flush();
      const span = el("span", { class: classes });
      open.append(span);
      open = span;
    } else if (close) {
      flush();
      open = open.parentNode ?? root;
    } else {
      text += plain ?? ENTITIES[entity];
    }
  }
  flush();
  return root;
}
