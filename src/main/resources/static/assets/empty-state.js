// What an empty chat shows: where one is, and something to begin with.

import { el } from "./dom.js";

// Short tasks with a clear end, which a small model does well.
const EXAMPLES = [
  { title: "Explain a rainbow", rest: "to a curious ten-year-old" },
  { title: "Write a haiku", rest: "about water finding its way" },
  { title: "Give three tips", rest: "for falling asleep more easily" },
  { title: "Write a Python function", rest: "that reverses a string" },
];

/** The greeting; `ask(text)` is called with a chosen example. */
export function emptyState(ask) {
  const example = ({ title, rest }) =>
    el(
      "button",
      { type: "button", class: "example", onclick: () => ask(`${title} ${rest}.`) },
      el("strong", { text: title }),
      el("span", { text: rest }),
    );
  return el(
    "section",
    { class: "empty" },
    el("h1", { text: "What would you like to know?" }),
    el("p", { text: "Answers come from the model on this server, token by token." }),
    el("div", { class: "examples" }, ...EXAMPLES.map(example)),
  );
}
