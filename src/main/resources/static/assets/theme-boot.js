// A classic script on purpose: it blocks the first paint, so a chosen theme never flashes the other.
(() => {
  try {
    const theme = localStorage.getItem("sluice.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be forbidden; the system's theme is then the one.
  }
})();
