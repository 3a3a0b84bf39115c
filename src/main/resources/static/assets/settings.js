// What a request asks for besides the messages. A field without a value is not sent at all: the
// server's own default then holds.

import { local, readJson } from "./storage.js";

const KEY = "sluice.settings";

/** The sampling fields by the API's names, with the range the API accepts or a saner one. */
export const FIELDS = [
  {
    name: "temperature",
    label: "Temperature",
    hint: "Higher varies more. 0 always takes the likeliest token.",
    min: 0,
    max: 2,
    step: 0.05,
    initial: 0.7,
    slider: true,
  },
  {
    name: "top_p",
    label: "Top p",
    hint: "Choose among the likeliest tokens that make up this share.",
    min: 0.01,
    max: 1,
    step: 0.01,
    initial: 0.95,
    slider: true,
  },
  {
    name: "top_k",
    label: "Top k",
    hint: "Choose among this many tokens. 0 is off.",
    min: 0,
    max: 200,
    step: 1,
    initial: 0,
    slider: true,
  },
  {
    name: "min_p",
    label: "Min p",
    hint: "Leave out what is less likely than this share of the likeliest.",
    min: 0,
    max: 1,
    step: 0.01,
    initial: 0.05,
    slider: true,
  },
  {
    name: "repetition_penalty",
    label: "Repetition penalty",
    hint: "Above 1 discourages tokens already used.",
    min: 0.5,
    max: 2,
    step: 0.01,
    initial: 1.05,
    slider: true,
  },
  {
    name: "max_tokens",
    label: "Longest answer",
    hint: "In tokens. Empty is as long as the model's context allows.",
    min: 1,
    max: 131_072,
    step: 1,
    initial: null,
  },
  {
    name: "seed",
    label: "Seed",
    hint: "The same seed and prompt give the same answer. Empty is random.",
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    step: 1,
    initial: null,
  },
];

/** How fast answers are shown, in tokens per second; the server is asked for no more than that. */
export const PACES = [
  { value: 0, label: "As fast as it comes" },
  { value: 20, label: "Brisk, 20 tokens a second" },
  { value: 10, label: "Comfortable, 10 a second" },
  { value: 5, label: "Slow, 5 a second" },
];

export const MAX_SYSTEM_CHARS = 16_000;

/** The settings now: `{ system, model, pace, background, [field name]: number or null }`. */
export const settings = load();

/** Changes settings and keeps them. Numbers are brought into their field's range. */
export function changeSettings(changes) {
  for (const field of FIELDS) {
    if (field.name in changes) settings[field.name] = inRange(field, changes[field.name]);
  }
  if ("system" in changes) settings.system = changes.system.slice(0, MAX_SYSTEM_CHARS);
  if ("model" in changes) settings.model = changes.model;
  if ("pace" in changes) settings.pace = paceOf(changes.pace);
  if ("background" in changes) settings.background = changes.background === true;
  try {
    local.setItem(KEY, JSON.stringify(settings));
  } catch {
    // A full storage costs only that the settings are not there after a reload.
  }
}

/** Puts every setting but the model back. */
export function resetSettings() {
  const initial = Object.fromEntries(FIELDS.map((field) => [field.name, field.initial]));
  changeSettings({ ...initial, system: "", pace: 0, background: false });
}

/** The request's sampling part. */
export function samplingOf(values) {
  const given = FIELDS.filter((field) => values[field.name] !== null);
  return Object.fromEntries(given.map((field) => [field.name, values[field.name]]));
}

function paceOf(value) {
  return PACES.find((pace) => pace.value === Number(value))?.value ?? 0;
}

function inRange(field, value) {
  if (value === null || value === "" || !Number.isFinite(Number(value))) return null;
  const bounded = Math.min(field.max, Math.max(field.min, Number(value)));
  return Number.isInteger(field.step) ? Math.round(bounded) : bounded;
}

function load() {
  const kept = readJson(local, KEY, {});
  const text = (name) => (typeof kept[name] === "string" ? kept[name] : "");
  const numbers = FIELDS.map((field) => [
    field.name,
    field.name in kept ? inRange(field, kept[field.name]) : field.initial,
  ]);
  const reading = { pace: paceOf(kept.pace), background: kept.background === true };
  return { system: text("system"), model: text("model"), ...reading, ...Object.fromEntries(numbers) };
}
