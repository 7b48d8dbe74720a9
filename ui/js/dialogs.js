// Native dialogs: `data-dialog="id"` opens one, `data-close` closes it, `data-sheet` loads a page into the shared sheet.
import { toast } from "./toasts.js";

async function openSheet(link) {
  const sheet = document.getElementById("sheet");
  const url = link.dataset.sheet || link.getAttribute("href");
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true" } });
    if (!answer.ok) throw new Error(String(answer.status));
    sheet.innerHTML = await answer.text();
    window.htmx.process(sheet);
    if (!sheet.open) sheet.showModal();
  } catch {
    toast("The rows could not be loaded. Try again.", "bad");
  }
}

export function dialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog);
      if (dialog) {
        event.preventDefault();
        dialog.showModal();
        dialog.querySelector("[autofocus], input:not([type=hidden]), textarea, select")?.focus();
      }
      return;
    }
    const sheet = event.target.closest?.("[data-sheet]");
    if (sheet && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      openSheet(sheet);
      return;
    }
    if (event.target.closest?.("[data-close]")) {
      event.preventDefault();
      event.target.closest("dialog")?.close();
      return;
    }
    // A click on the backdrop reports the dialog itself as its target.
    if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();
    const copy = event.target.closest?.("[data-copy]");
    if (copy) {
      const source = document.getElementById(copy.dataset.copy);
      const text = source?.value ?? source?.textContent ?? "";
      const done = () => toast("Copied.", "good");
      const byHand = () => {
        source?.select?.();
        document.execCommand("copy");
        done();
      };
      if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, byHand);
      else byHand();
    }
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary")?.focus();
      }
    }
  });
  // Filters and selectors that submit as soon as they change; without script their button stays.
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-submit]")) event.target.form?.requestSubmit();
  });
  // Never send a form twice.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button && !event.defaultPrevented && event.target.method !== "dialog") {
      setTimeout(() => { button.disabled = true; }, 0);
      setTimeout(() => { button.disabled = false; }, 4000);
    }
  });
}
