// Asking for the API key.

const dialog = document.getElementById("key-dialog");
const form = document.getElementById("key-form");
const input = document.getElementById("api-key");

const FIRST = "Enter the API key you were given. It stays in this tab and is forgotten when you close it.";
const REFUSED = "The server did not accept the key. Check it, or ask whoever runs the server.";

/** Asks for a key; null where the person would rather not. Asking twice at once asks once. */
export function askForKey(wasRefused) {
  document.getElementById("key-reason").textContent = wasRefused ? REFUSED : FIRST;
  input.value = "";
  if (!dialog.open) dialog.showModal();
  input.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue || null), { once: true });
    dialog.returnValue = "";
  });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  dialog.close(input.value.trim());
});
document.getElementById("key-cancel").addEventListener("click", () => dialog.close(""));
dialog.addEventListener("close", () => (input.value = ""));
