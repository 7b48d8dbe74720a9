// Short notes in a live region. Bad news stays until it is closed; good news leaves by itself.
const icon = { good: "circle-check", bad: "octagon-alert", plain: "info" };

export function toast(text, tone = "plain") {
  const region = document.getElementById("toasts");
  if (!region) return;
  const note = document.createElement("div");
  note.className = "toast-note";
  note.dataset.tone = tone;
  note.innerHTML = `<svg class="icon mt-0.5" aria-hidden="true"><use href="/assets/icons.svg#${icon[tone]}"></use></svg><span class="flex-1"></span><button type="button" class="btn" data-variant="ghost" data-size="icon-xs" aria-label="Close this note"><svg class="icon" aria-hidden="true"><use href="/assets/icons.svg#x"></use></svg></button>`;
  note.querySelector("span").textContent = text;
  region.append(note);
  watch(note);
}

function watch(note) {
  note.querySelector("button")?.addEventListener("click", () => note.remove());
  if (note.dataset.tone !== "bad") setTimeout(() => note.remove(), 6000);
}

export function toasts() {
  for (const note of document.querySelectorAll(".toast-note")) watch(note);
  document.addEventListener("toast", (event) => toast(event.detail?.text ?? event.detail?.value ?? "", event.detail?.tone));
}
