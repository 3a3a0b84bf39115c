// The page's parts put together; each part knows only what it is given here.

import { apiKey } from "./api.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { emptyState } from "./empty-state.js";
import { Follower } from "./follow.js";
import { askForKey } from "./key-dialog.js";
import { showModel } from "./model-bar.js";
import { openSettings } from "./settings-panel.js";
import { Sidebar } from "./sidebar.js";
import { session } from "./storage.js";
import { onChatsChangedElsewhere } from "./store.js";
import { toggleTheme } from "./theme.js";

const CURRENT_KEY = "sluice.current";
const byId = (id) => document.getElementById(id);

const connection = new Connection();
const follower = new Follower(byId("scroller"), byId("latest"));
const conversation = new Conversation(byId("transcript"), () => emptyState(askExample));
const sidebar = new Sidebar({ open: openChat, deleted: chatDeleted });
const composer = new Composer({ send, stop: () => conversation.stop(), editLast });

function send(text, editing) {
  if (editing) conversation.askAgain(text);
  else conversation.ask(text);
  follower.jump();
}

function askExample(text) {
  if (!connection.unable) send(text, false);
  composer.focus();
}

function editLast() {
  const question = conversation.lastQuestion;
  if (question && !conversation.running) composer.edit(question.content);
}

function openChat(id) {
  conversation.open(id);
  settleIn();
}

function startNew() {
  conversation.startNew();
  settleIn();
}

function settleIn() {
  if (composer.editing) composer.cancelEdit();
  sidebar.giveWay();
  follower.jump();
  composer.focus();
}

function chatDeleted(id) {
  if (id === conversation.chat.id) startNew();
  else sidebar.refresh(conversation.chat.id);
}

function showState() {
  const { running, chat } = conversation;
  document.body.dataset.running = String(running);
  document.title = chat.title ? `${chat.title} · Sluice` : "Sluice";
  session.setItem(CURRENT_KEY, chat.id);
  composer.setState({ running, available: !connection.unable });
  sidebar.refresh(chat.id);
  showModel(connection, chat);
}

async function requestKey(wasRefused) {
  const key = await askForKey(wasRefused);
  if (!key) return;
  apiKey.set(key);
  await connection.check();
}

/** A key is asked for where the server wants one, and the question is then asked again. */
async function noteFailure(error) {
  await connection.noteFailure(error);
  if (error.status !== 401) return;
  await requestKey(apiKey.get() !== null);
  if (connection.state === "ready") conversation.regenerate();
}

function noteShortcut(event) {
  const command = event.ctrlKey || event.metaKey;
  if (command && event.shiftKey && event.key.toLowerCase() === "o") {
    event.preventDefault();
    startNew();
  } else if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    if (conversation.running) conversation.stop();
    else if (composer.editing) composer.cancelEdit();
    else sidebar.giveWay();
  }
}

conversation.addEventListener("change", showState);
conversation.addEventListener("painted", () => follower.grew());
conversation.addEventListener("failed", (event) => noteFailure(event.detail));
conversation.addEventListener("edit", editLast);
connection.addEventListener("change", showState);
onChatsChangedElsewhere(() => sidebar.refresh(conversation.chat.id));
addEventListener("keydown", noteShortcut);
byId("new-chat").addEventListener("click", startNew);
byId("toggle-theme").addEventListener("click", toggleTheme);
byId("open-settings").addEventListener("click", openSettings);
if (/Mac|iPhone|iPad/.test(navigator.platform)) byId("new-chat-keys").textContent = "⌘ ⇧ O";

openChat(session.getItem(CURRENT_KEY) ?? "");
await connection.check();
if (connection.state === "unauthorized") await requestKey(apiKey.get() !== null);
