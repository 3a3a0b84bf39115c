// Buttons that copy text and say that they did.

import { el, icon } from "./dom.js";
import { announce } from "./notices.js";

const CONFIRMED_MILLIS = 1600;

/** A button that copies what `text()` returns when pressed; `caption` is shown beside its icon. */
export function copyButton(label, text, caption = "") {
  const words = caption ? el("span", { text: caption }) : null;
  const button = el(
    "button",
    { type: "button", class: "icon-button copy", "aria-label": label, title: label, onclick: press },
    icon("copy"),
    words,
  );

  async function press() {
    const copied = await copy(text());
    show(copied ? "check" : "close", copied ? "Copied" : "Not copied");
    announce(copied ? "Copied" : "The browser did not allow copying");
    setTimeout(() => show("copy", caption), CONFIRMED_MILLIS);
  }

  function show(iconName, shownCaption) {
    button.firstElementChild.replaceWith(icon(iconName));
    if (words) words.textContent = shownCaption;
  }

  return button;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

// The clipboard API exists only on HTTPS and localhost; a server in the home network is neither.
function copyBySelection(text) {
  const focused = document.activeElement;
  const field = el("textarea", { class: "visually-hidden", "aria-hidden": "true" });
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  focused?.focus();
  return copied;
}
