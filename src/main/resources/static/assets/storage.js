// The browser's storage, or a stand-in for the life of the page where it is forbidden
// (private windows, blocked cookies), so that nothing else needs to ask.

class MemoryStorage {
  #items = new Map();

  get length() {
    return this.#items.size;
  }

  key(index) {
    return [...this.#items.keys()][index] ?? null;
  }

  getItem(key) {
    return this.#items.get(key) ?? null;
  }

  setItem(key, value) {
    this.#items.set(key, String(value));
  }

  removeItem(key) {
    this.#items.delete(key);
  }
}

function usable(open) {
  try {
    const storage = open();
    storage.getItem("sluice");
    return storage;
  } catch {
    return new MemoryStorage();
  }
}

export const local = usable(() => window.localStorage);
export const session = usable(() => window.sessionStorage);

/** The JSON kept under `key`, or `fallback` where there is none or it does not parse. */
export function readJson(storage, key, fallback) {
  try {
    return JSON.parse(storage.getItem(key)) ?? fallback;
  } catch {
    return fallback;
  }
}
