// The interactive series of the review page. The same numbers stand below it as a table, so this is an extra.
import uPlot from "uplot";

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const fade = (colour, part) => `color-mix(in oklch, ${colour} ${part}%, transparent)`;
// uPlot paints on a canvas, which does not know color-mix in every browser: resolve through the document.
const resolve = (colour) => {
  const probe = document.createElement("i");
  probe.style.color = colour;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
};

const drawn = new Map();

function draw(element) {
  const { x, low, high, expected, actual, labels, unit } = JSON.parse(element.dataset.uplot);
  drawn.get(element)?.destroy();
  element.replaceChildren();
  const axis = {
    stroke: css("--muted-foreground"),
    grid: { stroke: css("--border"), width: 1 },
    ticks: { stroke: css("--border"), width: 1 },
    font: "11px 'Inter Variable', sans-serif",
  };
  const hidden = { stroke: "transparent", points: { show: false } };
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
  const tip = document.createElement("p");
  tip.className = "mt-1 text-xs text-muted-foreground num";
  tip.setAttribute("aria-hidden", "true");
  const number = (value) => (value == null ? "–" : `${value.toFixed(2)}${unit ?? ""}`);
  const plot = new uPlot(
    {
      width: element.clientWidth,
      height: 260,
      legend: { show: false },
      cursor: { points: { size: 7 } },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
      bands: [{ series: [1, 2], fill: resolve(fade(css("--data-1"), 15)) }],
      axes: [
        { ...axis, values: (_, ticks) => ticks.map((seconds) => day.format(seconds * 1000)), space: 70 },
        { ...axis, size: 46, values: (_, ticks) => ticks.map((tick) => `${tick}${unit ?? ""}`) },
      ],
      series: [
        {},
        { ...hidden, label: labels.high },
        { ...hidden, label: labels.low },
        { label: labels.expected, stroke: css("--muted-foreground"), dash: [4, 4], width: 1.5, points: { show: false } },
        { label: labels.actual, stroke: css("--data-1"), width: 2, points: { size: 5, fill: css("--card") } },
      ],
      hooks: {
        setCursor: [
          (u) => {
            const i = u.cursor.idx;
            tip.textContent =
              i == null
                ? "Point at a day to read it."
                : `${day.format(x[i] * 1000)}: ${labels.actual} ${number(actual[i])}, expected ${number(low[i])} to ${number(high[i])}`;
          },
        ],
      },
    },
    [x, high, low, expected, actual],
    element,
  );
  tip.textContent = "Point at a day to read it.";
  element.append(tip);
  drawn.set(element, plot);
}

export function charts(root) {
  for (const element of root.querySelectorAll?.("[data-uplot]") ?? []) {
    if (drawn.has(element)) continue;
    draw(element);
    new ResizeObserver(() => drawn.get(element)?.setSize({ width: element.clientWidth, height: 260 })).observe(element);
  }
}

document.addEventListener("fortnight:theme", () => {
  for (const element of drawn.keys()) if (element.isConnected) draw(element);
});
