// Code blocks: a frame with the language, a copy button and highlighted text.

import DOMPurify from "../webjars/dompurify/dist/purify.es.mjs";
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
  const { value } = hljs.highlight(code, { language, ignoreIllegals: true });
  return DOMPurify.sanitize(value, {
    ALLOWED_TAGS: ["span"],
    ALLOWED_ATTR: ["class"],
    RETURN_DOM_FRAGMENT: true,
  });
}
