export function theme() {
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-switch]")) return;
    const dark = document.documentElement.classList.toggle("dark");
    try {
      localStorage.setItem("fortnight-theme", dark ? "dark" : "light");
    } catch {
      // Storage may be switched off; the choice then lasts for this page.
    }
    document.dispatchEvent(new CustomEvent("fortnight:theme"));
  });
}
