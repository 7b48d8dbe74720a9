// Runs before the first paint so that a dark page never flashes white. Blocking and tiny on purpose.
(() => {
  let wish = null;
  try {
    wish = localStorage.getItem("fortnight-theme");
  } catch {
    // Storage may be switched off; the system's wish decides then.
  }
  const dark = wish ? wish === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.classList.toggle("dark", dark);
  document.documentElement.classList.add("js");
})();
