// The engine page's parts put together.

import { apiKey, errorOf, send } from "../api.js";
import { askForKey } from "../key-dialog.js";
import { banner, toast } from "../notices.js";
import { theme, toggleTheme } from "../theme.js";
import { Hues } from "./colours.js";
import { EngineFeed } from "./feed.js";
import { Lanes } from "./lanes.js";
import { PoolMap } from "./pool-map.js";
import { Totals } from "./totals.js";

const LINK_WORDS = {
  connecting: "Connecting…",
  live: "Live",
  lost: "Not connected",
  unauthorized: "API key needed",
  hidden: "Paused",
};

const byId = (id) => document.getElementById(id);
const hues = new Hues();
const feed = new EngineFeed();
const totals = new Totals();
const lanes = new Lanes(hues, act);
const map = new PoolMap(hues, (words) => (byId("pointed").textContent = words));
let view = null;
let frame = 0;

async function act(id, action) {
  try {
    const response = await send(`v1/engine/sequences/${encodeURIComponent(id)}/${action}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
    });
    if (!response.ok) throw await errorOf(response);
  } catch (error) {
    toast(error.message);
  }
}

function draw() {
  frame = 0;
  const isDark = theme() === "dark";
  hues.keep(view.sequences.map(({ id }) => id));
  lanes.show(view.sequences, isDark);
  map.show(view, lanes.marked, isDark);
}

function drawSoon() {
  if (view) frame ||= requestAnimationFrame(draw);
}

function showLink() {
  byId("link-state").dataset.state = feed.state;
  byId("link-words").textContent = LINK_WORDS[feed.state];
  const isStale = feed.state !== "live" && view !== null;
  byId("view").dataset.stale = String(isStale);
  if (feed.state === "lost") {
    banner(`${feed.problem} Trying again…`, { label: "Now", run: () => feed.retry() });
  } else if (feed.state === "unauthorized") {
    banner("The engine's state needs an API key.", { label: "Enter it", run: () => requestKey(apiKey.get() !== null) });
  } else {
    banner("");
  }
}

async function requestKey(wasRefused) {
  const key = await askForKey(wasRefused);
  if (!key) return;
  apiKey.set(key);
  feed.retry();
}

feed.addEventListener("view", (event) => {
  view = event.detail;
  totals.show(view);
  drawSoon();
});
feed.addEventListener("change", () => {
  showLink();
  if (feed.state === "unauthorized") requestKey(apiKey.get() !== null);
});
lanes.addEventListener("mark", drawSoon);
new ResizeObserver(drawSoon).observe(byId("view"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawSoon);
byId("toggle-theme").addEventListener("click", () => {
  toggleTheme();
  drawSoon();
});
feed.run();
