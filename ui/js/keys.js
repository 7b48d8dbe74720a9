// Cmd/Ctrl-K opens the palette, `?` the list of keys, `g` and a letter goes to a page.
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable=true]");

function palette(dialog) {
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const none = dialog.querySelector("[data-none]");
  const options = () => [...list.querySelectorAll("[role=option]")].filter((option) => !option.hidden);
  let at = 0;
  const mark = () => {
    options().forEach((option, i) => {
      option.setAttribute("aria-selected", String(i === at));
      if (i === at) {
        input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      }
    });
  };
  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const option of list.querySelectorAll("[role=option]")) {
      const text = option.textContent.toLowerCase();
      option.hidden = !words.every((word) => text.includes(word));
    }
    none.hidden = options().length > 0;
    at = 0;
    mark();
  };
  const go = (option) => {
    if (!option) return;
    dialog.close();
    location.assign(option.dataset.href);
  };
  input.addEventListener("input", filter);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const count = options().length;
      at = count ? (at + step + count) % count : 0;
      mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(options()[at]);
    }
  });
  list.addEventListener("click", (event) => go(event.target.closest("[role=option]")));
  return () => {
    input.value = "";
    filter();
    dialog.showModal();
    input.focus();
  };
}

export function keys() {
  const dialog = document.getElementById("palette");
  const help = document.getElementById("keys");
  if (!dialog) return;
  const open = palette(dialog);
  let leader = 0;
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-palette]")) open();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (!dialog.open) open();
      return;
    }
    if (typing(event.target) || event.metaKey || event.ctrlKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "?") {
      event.preventDefault();
      help?.showModal();
    } else if (event.key === "g") {
      leader = event.timeStamp;
    } else if (event.timeStamp - leader < 1200) {
      leader = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (link) location.assign(link.href);
    }
  });
}
