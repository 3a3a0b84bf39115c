// Words for the person that belong to no message: spoken ones, a toast and the banner.

import { el } from "./dom.js";

const TOAST_MILLIS = 7000;
let toastTimer = 0;

/** Says something to screen readers only. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}

/** Shows a short notice for a few seconds, with one action where there is something to undo. */
export function toast(text, action = null) {
  const node = document.getElementById("toast");
  clearTimeout(toastTimer);
  node.replaceChildren(el("span", { text }));
  if (action) {
    node.append(el("button", { type: "button", class: "text-button", text: action.label, onclick: act }));
  }
  node.hidden = false;
  toastTimer = setTimeout(hideToast, TOAST_MILLIS);

  function act() {
    hideToast();
    action.run();
  }
}

function hideToast() {
  document.getElementById("toast").hidden = true;
}

/** Shows a lasting state of the server above the conversation; empty text takes it away. */
export function banner(text, action = null) {
  const node = document.getElementById("banner");
  node.hidden = text === "";
  node.replaceChildren(el("span", { text }));
  if (action) {
    node.append(el("button", { type: "button", class: "text-button", text: action.label, onclick: action.run }));
  }
}
