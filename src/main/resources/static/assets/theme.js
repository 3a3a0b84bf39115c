// Light and dark. The system decides until a person chooses otherwise.

import { local } from "./storage.js";

const KEY = "sluice.theme";
const systemDark = matchMedia("(prefers-color-scheme: dark)");

/** The theme on screen: "light" or "dark". */
export function theme() {
  return document.documentElement.dataset.theme ?? (systemDark.matches ? "dark" : "light");
}

/**
 * Shows the other theme. Choosing what the system has anyway drops the choice, so that the page
 * follows the system again and no third "automatic" state needs a control.
 */
export function toggleTheme() {
  const next = theme() === "dark" ? "light" : "dark";
  if (next === (systemDark.matches ? "dark" : "light")) {
    delete document.documentElement.dataset.theme;
    local.removeItem(KEY);
  } else {
    document.documentElement.dataset.theme = next;
    local.setItem(KEY, next);
  }
}
