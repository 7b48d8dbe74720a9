// Concepts by keyboard: j/k move, p picks, v votes, x marks for comparing, c compares. What happened is said aloud.

const cards = () => [...document.querySelectorAll("[data-concept]")];

const say = (text) => {
  const live = document.querySelector("[data-concept-said]");
  if (live) live.textContent = text;
};

const titleOf = (card) => card.querySelector("h2")?.textContent ?? "";

const move = (step) => {
  const all = cards();
  const at = all.indexOf(document.activeElement?.closest("[data-concept]"));
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  if (next) say(`${all.indexOf(next) + 1} of ${all.length}: ${titleOf(next)}`);
};

const toggle = (name, on, off) => {
  const card = document.activeElement?.closest("[data-concept]");
  const box = card?.querySelector(`input[type=checkbox][name=${name}]`);
  if (!box) return false;
  box.click();
  say(`${titleOf(card)}: ${box.checked ? on : off}`);
  return true;
};

export const concepts = () => {
  document.addEventListener("change", (event) => {
    const name = event.target.dataset?.all;
    if (!name) return;
    for (const box of document.querySelectorAll(`input[type=checkbox][name=${name}]`)) box.checked = event.target.checked;
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]");
    if (typing || event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || cards().length === 0) return;
    if (document.documentElement.dataset.going) return;
    const done = {
      j: () => (move(1), true),
      k: () => (move(-1), true),
      p: () => toggle("pick", "ticked to pick", "not ticked"),
      v: () => toggle("vote", "has your vote", "without your vote"),
      x: () => toggle("c", "marked to compare", "not marked"),
      c: () => {
        const count = document.querySelectorAll("input[name=c]:checked").length;
        if (count < 2) return say("Mark two to four concepts with x first"), true;
        document.querySelector("form#compare")?.requestSubmit();
        return true;
      },
    }[event.key];
    if (done?.()) event.preventDefault();
  });
};
