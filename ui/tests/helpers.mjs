// What the browser tests share: a fresh server in a folder of its own, a browser, axe.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import AxeBuilder from "@axe-core/playwright";

const binary = process.env.FORTNIGHT_BIN;

/** Starts a server and resolves with its address; `args` follow the binary's name. */
export async function serve(args, env = {}) {
  assert.ok(binary, "FORTNIGHT_BIN names the fortnight binary");
  const child = spawn(binary, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  let log = "";
  const base = await new Promise((resolve, reject) => {
    const slow = setTimeout(() => reject(new Error(`no address after 10 minutes\n${text}\n${log.slice(-2000)}`)), 600_000);
    child.stdout.on("data", (chunk) => {
      text += chunk;
      const found = text.match(/http:\/\/[\w.:[\]]+/);
      if (found) {
        clearTimeout(slow);
        resolve(found[0]);
      }
    });
    child.stderr.on("data", (chunk) => { log += chunk; });
    child.on("exit", (code) => reject(new Error(`the server ended with ${code}\n${text}\n${log.slice(-2000)}`)));
  });
  return { base, stop: () => new Promise((done) => { child.removeAllListeners("exit"); child.on("exit", done); child.kill("SIGTERM"); }) };
}

/** Runs the binary once and gives its output. */
export function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk) => { out += chunk; });
    child.stderr.on("data", (chunk) => { err += chunk; });
    child.on("exit", (code) => (code === 0 ? resolve(out) : reject(new Error(`${args.join(" ")}: ${code}\n${out}\n${err.slice(-2000)}`))));
  });
}

export function folder() {
  const path = mkdtempSync(join(tmpdir(), "fortnight-browser-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export async function browser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** A page that fails the test on any script error or refused resource. */
export async function page(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(error.message));
  page.on("console", (message) => {
    // A refused form answers 4xx on purpose; everything else on the console is a fault.
    if (message.type() === "error" && !message.text().includes("status of 4")) page.faults.push(message.text());
  });
  return page;
}

const RUNNING = "[id^=job-][hx-trigger]";

/** Waits until the page is loaded and no job is running on it: a page with one goes elsewhere by itself when the job ends. */
export async function settled(page) {
  do {
    await page.waitForLoadState("load");
    await page.waitForSelector(RUNNING, { state: "detached", timeout: 300_000 });
    await page.waitForLoadState("load");
  } while (await page.locator(RUNNING).count());
}

/** No axe violations in light and in dark, and nothing wider than the window. */
export async function clean(page, name) {
  // A page may be looked at as soon as it shows what was waited for; axe must not start before it has come to rest.
  await settled(page);
  for (const dark of [false, true]) {
    await page.evaluate((on) => document.documentElement.classList.toggle("dark", on), dark);
    // Colours change by a transition, however short: axe must not look in the middle of it.
    await page.waitForTimeout(200);
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 140)).slice(0, 3).join(" | ")}`);
    assert.deepEqual(found, [], `${name}, ${dark ? "dark" : "light"}`);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wide, 0, `${name} scrolls sideways`);
  assert.deepEqual(page.faults, [], name);
}
