// The bar above the conversation: which model answers, and how the server is.

import { banner } from "./notices.js";
import { changeSettings, settings } from "./settings.js";

const node = document.getElementById("model");
const label = document.getElementById("model-name");
const choice = document.getElementById("model-choice");
const contextUse = document.getElementById("context-use");

const LABELS = {
  connecting: "Connecting…",
  loading: "Loading…",
  failed: "No model",
  shutting_down: "Shutting down",
  offline: "Not connected",
  unauthorized: "API key needed",
};

const BANNERS = {
  loading: "The model is loading. You can write already; sending works as soon as it is ready.",
  failed: "The server could not load its model; its log says why.",
  shutting_down: "The server is shutting down. Your text stays here.",
  offline: "The server cannot be reached. Trying again…",
};

choice.addEventListener("change", () => changeSettings({ model: choice.value }));

/** Shows the connection's state and, for the chat, how full the model's context is. */
export function showModel(connection, chat) {
  const { state, models } = connection;
  node.dataset.state = state;
  banner(BANNERS[state] ?? "");
  const model = models.find(({ id }) => id === settings.model) ?? models[0];
  if (model && model.id !== settings.model) changeSettings({ model: model.id });
  const choose = state === "ready" && models.length > 1;
  choice.hidden = !choose;
  label.hidden = choose;
  label.textContent = LABELS[state] ?? model?.id ?? "No model";
  if (choose) showChoice(models);
  contextUse.textContent = contextText(model, chat);
}

function showChoice(models) {
  choice.replaceChildren(...models.map(({ id }) => new Option(id, id, false, id === settings.model)));
}

function contextText(model, chat) {
  const stats = chat.messages.findLast((message) => message.stats?.promptTokens)?.stats;
  if (!stats) return "";
  const used = stats.promptTokens + stats.completionTokens;
  const limit = model?.max_model_len;
  return `${used.toLocaleString("en")}${limit ? ` of ${limit.toLocaleString("en")}` : ""} tokens in this chat`;
}
