// Photographs pages: node shots.mjs BASE OUT [PATH…]; env THEMES, WIDTHS, AXE=1, COOKIE narrow or widen it.
// Without paths it takes every page of the gallery (`cargo run -p server --example gallery`).
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import AxeBuilder from "@axe-core/playwright";

const [base, out, ...paths] = process.argv.slice(2);
if (!base || !out) {
  console.error("usage: node shots.mjs http://127.0.0.1:PORT OUT_DIR [PATH…]");
  process.exit(2);
}
mkdirSync(out, { recursive: true });
const themes = (process.env.THEMES ?? "light,dark").split(",");
const widths = (process.env.WIDTHS ?? "1440,390").split(",").map(Number);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
let bad = 0;
for (const theme of themes) {
  for (const width of widths) {
    const context = await browser.newContext({ viewport: { width, height: width < 600 ? 844 : 900 }, colorScheme: theme, reducedMotion: "reduce" });
    const page = await context.newPage();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) {
        bad += 1;
        console.log("console", page.url(), message.text());
      }
    });
    page.on("pageerror", (error) => { bad += 1; console.log("pageerror", page.url(), error.message); });
    const list = paths.length ? paths : await (async () => {
      await page.goto(base);
      return page.$$eval("a", (links) => links.map((link) => link.getAttribute("href")));
    })();
    for (const path of list) {
      await page.goto(base + path);
      await page.waitForTimeout(250);
      const name = path.replace(/^\/(gallery\/)?/, "").replace(/[^a-z0-9]+/gi, "-") || "index";
      await page.screenshot({ path: `${out}/${name}-${width}-${theme}.png`, fullPage: true });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) { bad += 1; console.log("sideways", name, width, theme, wide); }
      if (process.env.AXE) {
        const { violations } = await new AxeBuilder({ page }).analyze();
        for (const v of violations) {
          bad += 1;
          console.log("axe", name, width, theme, v.impact, v.id, v.nodes.length, v.nodes[0].html.slice(0, 160), v.nodes[0].failureSummary?.split("\n")[1]?.slice(0, 160));
        }
      }
    }
    await context.close();
  }
}
await browser.close();
console.log(bad ? `${bad} findings` : "clean");
process.exit(bad ? 1 : 0);
