// Files dropped or chosen are sent at once and the page of recognised files follows; without script the form's button does it.
import { toast } from "./toasts.js";

export function drop(root, csrf) {
  for (const zone of root.querySelectorAll?.("[data-drop]") ?? []) {
    if (zone.ready) continue;
    zone.ready = true;
    const form = zone.closest("form");
    const input = form.querySelector("input[type=file]");
    const bar = form.querySelector("progress");
    const label = form.querySelector("[data-drop-status]");
    const send = (files) => {
      if (!files.length) return;
      const body = new FormData();
      for (const file of files) body.append("files", file, file.name);
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("X-CSRF-Token", csrf());
      request.setRequestHeader("Accept", "application/json");
      bar.hidden = false;
      request.upload.onprogress = (event) => {
        if (!event.lengthComputable) return;
        bar.max = event.total;
        bar.value = event.loaded;
        label.textContent = event.loaded < event.total ? `Sending ${Math.floor((100 * event.loaded) / event.total)} %` : "Reading the files";
      };
      request.onload = () => {
        bar.hidden = true;
        let answer = null;
        try {
          answer = JSON.parse(request.responseText);
        } catch {
          // Not JSON: told below.
        }
        if (request.status < 300 && answer?.location) location.assign(answer.location);
        else {
          label.textContent = "";
          toast(answer?.message ?? `The files were refused (${request.status}).`, "bad");
        }
      };
      request.onerror = () => {
        bar.hidden = true;
        toast("The server cannot be reached. Nothing was imported.", "bad");
      };
      request.send(body);
    };
    zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.dataset.over = "true"; });
    zone.addEventListener("dragleave", () => { zone.dataset.over = "false"; });
    zone.addEventListener("drop", (event) => { event.preventDefault(); zone.dataset.over = "false"; send(event.dataTransfer.files); });
    input.addEventListener("change", () => send(input.files));
    form.addEventListener("submit", (event) => { event.preventDefault(); send(input.files); });
  }
}
