// Conversations in this browser's storage: one small index and one entry per chat, so that saving
// a growing answer rewrites that chat alone. Bounded: the oldest chats make room for new ones.

import { local, readJson } from "./storage.js";

const INDEX_KEY = "sluice.chats";
const CHAT_KEY = "sluice.chat.";
const MAX_CHATS = 100;
const MAX_TITLE_CHARS = 80;

/** A chat that is kept once it has a message: `{ id, title, updatedMillis, messages }`. */
export function newChat() {
  const id = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
  return { id, title: "", updatedMillis: 0, messages: [] };
}

/** The chats kept, newest first, without their messages. */
export function listChats() {
  const entries = readJson(local, INDEX_KEY, []);
  return Array.isArray(entries) ? entries.filter((entry) => typeof entry?.id === "string") : [];
}

/** The chat with this id, or null where it is gone or unreadable. */
export function readChat(id) {
  const entry = listChats().find((candidate) => candidate.id === id);
  const messages = readJson(local, CHAT_KEY + id, null);
  if (!entry || !Array.isArray(messages)) return null;
  return { ...entry, messages: messages.filter(isMessage) };
}

/** Whether the chat is among those kept. */
export function isKept(id) {
  return listChats().some((entry) => entry.id === id);
}

/**
 * Keeps the chat and puts it first. Returns false where the storage is full even without the
 * other chats; the chat then lives on in the page only.
 */
export function saveChat(chat, nowMillis = Date.now()) {
  chat.updatedMillis = nowMillis;
  // The index knows best: the chat may have been renamed while this copy of it was open.
  chat.title = listChats().find((entry) => entry.id === chat.id)?.title || chat.title || titleOf(chat);
  const others = listChats().filter((entry) => entry.id !== chat.id);
  for (const dropped of others.splice(MAX_CHATS - 1)) local.removeItem(CHAT_KEY + dropped.id);
  const { id, title, updatedMillis } = chat;
  for (;;) {
    try {
      local.setItem(CHAT_KEY + id, JSON.stringify(chat.messages));
      writeIndex([{ id, title, updatedMillis }, ...others]);
      return true;
    } catch {
      const oldest = others.pop();
      if (!oldest) return false;
      local.removeItem(CHAT_KEY + oldest.id);
    }
  }
}

/** Gives a kept chat another title; an empty one is ignored. */
export function renameChat(id, title) {
  const trimmed = title.trim().slice(0, MAX_TITLE_CHARS);
  if (!trimmed) return;
  writeIndex(listChats().map((entry) => (entry.id === id ? { ...entry, title: trimmed } : entry)));
}

/** Forgets a chat. Returns what `restoreChat` needs to bring it back. */
export function deleteChat(id) {
  const chat = readChat(id);
  local.removeItem(CHAT_KEY + id);
  writeIndex(listChats().filter((entry) => entry.id !== id));
  return chat;
}

/** Brings a deleted chat back to its place. */
export function restoreChat(chat) {
  saveChat(chat, chat.updatedMillis);
  writeIndex(listChats().sort((a, b) => b.updatedMillis - a.updatedMillis));
}

/** Calls back when another tab has changed the chats. */
export function onChatsChangedElsewhere(callback) {
  addEventListener("storage", (event) => {
    if (event.key === INDEX_KEY) callback();
  });
}

function writeIndex(entries) {
  local.setItem(INDEX_KEY, JSON.stringify(entries));
}

function titleOf(chat) {
  const text = (chat.messages.find((message) => message.role === "user")?.content ?? "New chat").trim();
  const line = text.split("\n")[0];
  return line.length > MAX_TITLE_CHARS ? `${line.slice(0, MAX_TITLE_CHARS - 1)}…` : line;
}

function isMessage(message) {
  return ["user", "assistant"].includes(message?.role) && typeof message.content === "string";
}
