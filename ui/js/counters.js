// Live counts of characters as the platforms count them (UTF-16 pairs are one character, as in the server's check).
export function counters(root) {
  for (const field of root.querySelectorAll?.("[data-limit]") ?? []) {
    if (field.counted) continue;
    field.counted = true;
    const out = document.getElementById(field.dataset.counter);
    const limit = Number(field.dataset.limit);
    const update = () => {
      const used = [...field.value].length;
      out.textContent = `${used} of ${limit}`;
      out.dataset.over = String(used > limit);
    };
    field.addEventListener("input", update);
    update();
  }
  // "Pick exactly N": the button says how many are missing.
  for (const form of root.querySelectorAll?.("[data-pick]") ?? []) {
    if (form.counted) continue;
    form.counted = true;
    const want = Number(form.dataset.pick);
    const out = form.querySelector("[data-pick-count]");
    if (!out) continue;
    const update = () => {
      const have = document.querySelectorAll(`input[form="${form.id}"]:checked, #${form.id} input[name=pick]:checked`).length;
      out.textContent = have === want ? `${have} of ${want} picked` : have < want ? `${have} of ${want} picked, ${want - have} to go` : `${have} of ${want} picked, ${have - want} too many`;
      out.dataset.over = String(have > want);
      for (const box of document.querySelectorAll(`input[form="${form.id}"][name=pick], #${form.id} input[name=pick]`)) {
        box.closest("[data-picked]")?.setAttribute("data-picked", String(box.checked));
        const reason = document.getElementById(box.dataset.reason);
        if (reason) reason.hidden = !box.checked;
      }
    };
    document.addEventListener("change", (event) => { if (event.target.name === "pick") update(); });
    update();
  }
}
