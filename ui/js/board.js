// Dragging posts the same form as the card's "Move to…" menu; the server answers with the card's new text or says no.
import Sortable from "sortablejs";
import { toast } from "./toasts.js";

export function board(root, csrf) {
  for (const lane of root.querySelectorAll?.("[data-lane]") ?? []) {
    if (lane.sortable) continue;
    lane.sortable = Sortable.create(lane, {
      group: "board",
      animation: 140,
      filter: "a,button,summary,details,form",
      preventOnFilter: false,
      delay: 120,
      delayOnTouchOnly: true,
      onEnd: async ({ item, from, to, oldIndex }) => {
        if (from === to) return;
        const back = () => from.insertBefore(item, from.children[oldIndex] ?? null);
        const body = new URLSearchParams({ to: to.dataset.lane });
        try {
          const answer = await fetch(item.dataset.move, {
            method: "POST",
            body,
            headers: { "X-CSRF-Token": csrf(), "HX-Request": "true" },
          });
          if (answer.ok) {
            location.reload();
          } else {
            back();
            const problem = await answer.json().catch(() => null);
            toast(problem?.message ?? "That card cannot move there.", "bad");
          }
        } catch {
          back();
          toast("The server cannot be reached. The card is back where it was.", "bad");
        }
      },
    });
  }
}
