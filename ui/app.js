// The pages work without this file; it adds live parts. Every piece looks for its own attribute and leaves the rest alone.
import htmx from "htmx.org";
import "htmx.org/dist/ext/hx-sse.js";
import { board } from "./js/board.js";
import { charts } from "./js/charts.js";
import { counters } from "./js/counters.js";
import { dialogs } from "./js/dialogs.js";
import { drop } from "./js/drop.js";
import { concepts } from "./js/concepts.js";
import { keys } from "./js/keys.js";
import { theme } from "./js/theme-switch.js";
import { toasts, toast } from "./js/toasts.js";

// The policy forbids inline styles, so the indicator rules live in app.css.
htmx.config.includeIndicatorCSS = false;
// A full page of errors must never land inside a card: errors are told by toast instead.
htmx.config.noSwap = [204, 304, 400, 401, 403, 404, 409, 413, 429, 500, 502, 503];
window.htmx = htmx;

const csrf = () => document.querySelector("meta[name=csrf]")?.content ?? "";

document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.request.headers["X-CSRF-Token"] = csrf();
});
document.addEventListener("htmx:response:error", (event) => {
  const status = event.detail.ctx?.response?.status;
  if (status === 422) return;
  toast(status === 404 ? "That is not there any more. Reload the page." : `The server refused this (${status ?? "no answer"}). Nothing was changed.`, "bad");
});
document.addEventListener("htmx:error", (event) => {
  if (!event.detail.ctx?.response) toast("The server cannot be reached. Your text is still here; try again.", "bad");
});

const start = (root) => {
  charts(root);
  counters(root);
  board(root, csrf);
  drop(root, csrf);
};

const ready = () => {
  start(document);
  dialogs();
  keys();
  concepts();
  theme();
  toasts();
};
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
else ready();
document.addEventListener("htmx:after:swap", (event) => start(event.detail.ctx?.target ?? document));
