// The settings sheet. It writes through on every change: there is nothing to save or to lose.

import { apiKey } from "./api.js";
import { el, iconButton } from "./dom.js";
import { toast } from "./notices.js";
import { FIELDS, MAX_SYSTEM_CHARS, PACES, changeSettings, resetSettings, settings } from "./settings.js";

const dialog = document.getElementById("settings");

/** Opens the sheet with the settings as they are. */
export function openSettings() {
  dialog.replaceChildren(header(), systemField(), paceField(), backgroundField(), ...FIELDS.map(numberField), footer());
  dialog.showModal();
}

// A press beside the sheet closes it; the dialog element itself is what the backdrop reports.
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

function header() {
  return el(
    "header",
    { class: "sheet-header" },
    el("h2", { id: "settings-title", text: "Settings" }),
    iconButton("close", "Close settings", () => dialog.close()),
  );
}

function systemField() {
  const area = el("textarea", {
    id: "setting-system",
    rows: 4,
    maxlength: MAX_SYSTEM_CHARS,
    placeholder: "You are a helpful assistant.",
    "aria-describedby": "setting-system-hint",
    oninput: () => changeSettings({ system: area.value }),
  });
  area.value = settings.system;
  return el(
    "div",
    { class: "field" },
    el("label", { for: area.id, text: "System prompt" }),
    area,
    el("p", { class: "hint", id: "setting-system-hint", text: "Goes before the conversation. Empty sends none." }),
  );
}

function paceField() {
  const select = el("select", {
    id: "setting-pace",
    "aria-describedby": "setting-pace-hint",
    onchange: () => changeSettings({ pace: select.value }),
  });
  select.append(...PACES.map(({ value, label }) => new Option(label, value, false, value === settings.pace)));
  return el(
    "div",
    { class: "field" },
    el("div", { class: "field-line" }, el("label", { for: select.id, text: "Pace" }), select),
    el("p", {
      class: "hint",
      id: "setting-pace-hint",
      text: "How fast answers are shown. The server computes little further than you have read.",
    }),
  );
}

function backgroundField() {
  const box = el("input", {
    id: "setting-background",
    type: "checkbox",
    "aria-describedby": "setting-background-hint",
    checked: settings.background,
    onchange: () => changeSettings({ background: box.checked }),
  });
  return el(
    "div",
    { class: "field" },
    el("div", { class: "field-line" }, el("label", { for: box.id, text: "Keep generating in the background" }), box),
    el("p", {
      class: "hint",
      id: "setting-background-hint",
      text: "Off, an answer waits while this page is hidden and takes no one's turn.",
    }),
  );
}

function numberField(field) {
  const id = `setting-${field.name}`;
  const { min, max, step } = field;
  const common = { min, max, step, "aria-describedby": `${id}-hint` };
  const number = el("input", { ...common, id, type: "number", inputmode: "decimal", placeholder: "none" });
  const slider = field.slider ? el("input", { ...common, type: "range", "aria-label": field.label }) : null;
  const show = () => {
    const value = settings[field.name];
    number.value = value ?? "";
    if (slider) slider.value = value ?? field.initial;
  };
  number.addEventListener("input", () => {
    if (number.value === "" || number.checkValidity()) changeSettings({ [field.name]: number.value });
    if (slider) slider.value = settings[field.name] ?? field.initial;
  });
  // Out of range is corrected when the person leaves the field, not while they type.
  number.addEventListener("change", () => {
    changeSettings({ [field.name]: number.value });
    show();
  });
  slider?.addEventListener("input", () => {
    changeSettings({ [field.name]: slider.value });
    number.value = slider.value;
  });
  show();
  return el(
    "div",
    { class: "field" },
    el("div", { class: "field-line" }, el("label", { for: id, text: field.label }), number),
    slider,
    el("p", { class: "hint", id: `${id}-hint`, text: field.hint }),
  );
}

function footer() {
  const reset = el("button", { type: "button", class: "button", id: "reset-settings", text: "Reset", onclick: resetAll });
  const forget = el("button", { type: "button", class: "button", text: "Forget API key", onclick: forgetKey });
  return el("footer", { class: "dialog-actions" }, apiKey.get() ? forget : null, reset);
}

function resetAll() {
  resetSettings();
  dialog.close();
  openSettings();
  document.getElementById("reset-settings").focus();
}

function forgetKey(event) {
  apiKey.forget();
  event.target.remove();
  toast("API key forgotten.");
}
