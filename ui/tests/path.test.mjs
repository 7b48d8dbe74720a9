// The whole path as a new user: first run, import, brief, concepts, copy, a blocked export, two roles, launch.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { browser, clean, folder, page, serve, settled } from "./helpers.mjs";
import { orders } from "./exports.mjs";

const TODAY = "2026-11-12";
let home, server, chrome, owner;

before(async () => {
  home = folder();
  writeFileSync(join(home.path, "orders_export.csv"), orders(TODAY));
  server = await serve(["--data", join(home.path, "data"), "--now", `${TODAY}T08:00:00Z`, "serve", "--port", "0"]);
  chrome = await browser();
  owner = await page(chrome);
  owner.setDefaultTimeout(45_000);
});

after(async () => {
  await chrome?.close();
  await server?.stop();
  home?.remove();
});

/** Presses a button that sends a form, and waits for the page that follows. */
const send = (button) => Promise.all([owner.waitForEvent("load"), button.click()]);

/** Reloads. The page may be on its way elsewhere by itself, when a job ends: then that is the reload. */
const reload = (tab) =>
  tab.reload().catch((error) => {
    if (!/Not attached to an active page|interrupted|ERR_ABORTED/.test(error.message)) throw error;
    return tab.waitForLoadState("load");
  });

const go = (path) => owner.goto(server.base + path);

test("the first person becomes the owner", async () => {
  await go("/");
  assert.match(owner.url(), /\/welcome$/);
  await clean(owner, "welcome");
  await owner.fill("#name", "Mara Lindqvist");
  await owner.fill("#email", "mara@shop.example");
  await owner.fill("#password", "short");
  await owner.evaluate(() => document.querySelector("#password").removeAttribute("minlength"));
  await owner.fill("#brand", "Nordlicht");
  await owner.click("button:has-text('Create the brand')");
  await owner.waitForSelector("[role=alert]");
  assert.equal(await owner.inputValue("#brand"), "Nordlicht", "what was typed is still there");
  await owner.fill("#password", "correct horse battery");
  await owner.click("button:has-text('Create the brand')");
  await owner.waitForURL(/\/data$/);
  await clean(owner, "data, empty");
  await go("/");
  await clean(owner, "today, empty");
});

test("a dropped export is recognised and imported", async () => {
  await go("/data");
  await owner.setInputFiles("#files", join(home.path, "orders_export.csv"));
  // The file is checked at once, in a job; the page shows what an import would do when the job has ended.
  await owner.waitForSelector("text=What an import would do");
  await clean(owner, "data, recognised");
  await owner.locator("button[name=do][value=import]").first().click();
  await owner.waitForSelector("#imports", { timeout: 300_000 });
  await clean(owner, "data, imported");
  await go("/");
  assert.match(await owner.textContent("h1"), /Nordlicht made €[\d,]+ net in the last seven days/);
  await owner.click("h1 [data-sheet]");
  await owner.waitForSelector("#sheet[open] table");
  await clean(owner, "today with its rows open");
});

test("a brief, and concepts that the data carries", async () => {
  await go("/sprints");
  await clean(owner, "sprints, empty");
  await owner.fill("#title", "Refills before the holidays");
  await owner.click("button:has-text('Start the sprint')");
  await owner.waitForURL(/\/sprints\/1\/brief$/);
  await owner.fill("#budget", "lots");
  await owner.click("button:has-text('Save the brief')");
  await owner.waitForSelector("[role=alert]");
  await clean(owner, "brief with a mistake");
  await owner.fill("#budget", "2400");
  await owner.fill("#landing_url", "https://nordlicht.example/refills");
  await owner.fill("#facts", "Roasted in Malmö\nFree shipping in Germany from €39");
  await owner.click("button:has-text('Save and draft concepts')");
  await owner.waitForURL(/\/sprints\/1\/concepts$/, { timeout: 300_000 });
  const cards = await owner.locator(".concept").count();
  assert.ok(cards >= 6, `${cards} concepts`);
  await clean(owner, "concepts");
  for (let i = 0; i < 3; i += 1) {
    const card = owner.locator(".concept").nth(i);
    await card.locator("input[name=pick]").check();
    await card.locator("input[name^=reason-]").fill("Closest to the brief.");
  }
  assert.match(await owner.textContent("[data-pick-count]"), /3 of 3 picked/);
  await owner.click("button:has-text('Save the picks')");
  await owner.waitForSelector(".toast-note");
  assert.equal(await owner.locator("[data-picked=true]").count(), 3);
  await go("/board");
  await clean(owner, "board");
});

test("copy is drafted while the page is reloaded", async () => {
  await go("/sprints/1/studio");
  await clean(owner, "studio, empty");
  await send(owner.locator("button:has-text('Draft everything')"));
  await reload(owner);
  await owner.waitForSelector("form[action$='/save']", { timeout: 300_000 });
  await settled(owner);
  await go("/sprints/1/studio");
  await clean(owner, "studio");
  const first = owner.locator("textarea[name='headline.0']").first();
  await first.fill("A headline far longer than thirty characters");
  await owner.locator("button:has-text('Save and check')").first().click();
  await owner.waitForSelector(".finding");
  await clean(owner, "studio with a finding");
});

test("the export is blocked and says what to mend", async () => {
  await go("/sprints/1/launch");
  assert.ok(await owner.locator(".gate[data-state=block]").count() > 0);
  assert.ok(await owner.locator("button:has-text('Register and export')").isDisabled());
  await clean(owner, "launch, blocked");
  const status = await owner.evaluate(async () => {
    const body = new URLSearchParams({ _csrf: document.querySelector("meta[name=csrf]").content });
    const answer = await fetch("/sprints/1/launch/export", { method: "POST", body });
    return answer.text();
  });
  assert.match(status, /Nothing was exported/);
});

test("an editor writes and does not approve", async () => {
  await go("/settings/people");
  await clean(owner, "people");
  await owner.click("button:has-text('Invite…')");
  await owner.fill("#i-name", "Jonas Berg");
  await owner.fill("#i-email", "jonas@shop.example");
  await owner.selectOption("#i-role", "editor");
  await owner.click("button:has-text('Make the link')");
  const link = await owner.inputValue("#secret");
  const editor = await page(chrome);
  editor.setDefaultTimeout(120_000);
  await editor.goto(link.startsWith("http") ? link : server.base + link);
  await clean(editor, "invitation");
  await editor.fill("#password", "another long one");
  await editor.click("button:has-text('Join')");
  await editor.waitForURL(`${server.base}/`);
  await editor.goto(`${server.base}/sprints/1/studio`);
  assert.equal(await editor.locator("button:has-text('Approve this ad')").count(), 0);
  assert.ok(await editor.locator("button:has-text('Save and check')").count() > 0);
  const draft = (await editor.locator("form[action$='/save']").first().getAttribute("action")).replace("/save", "/approve");
  const refused = await editor.evaluate(async (path) => {
    const body = new URLSearchParams({ _csrf: document.querySelector("meta[name=csrf]").content });
    return (await fetch(path, { method: "POST", body })).status;
  }, draft);
  assert.equal(refused, 403);
  const hidden = await editor.goto(`${server.base}/settings/people`);
  assert.equal(hidden.status(), 404);
  await clean(editor, "not found");
  const again = await editor.goto(link.startsWith("http") ? link : server.base + link);
  assert.equal(again.status(), 404, "an invitation works once");
  await editor.context().close();
});

test("approved copy is exported, everything paused, each concept with its kill day", async () => {
  await go("/sprints/1/studio");
  const tabs = await owner.locator(".segmented a[href*='concept=']").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  for (const tab of tabs) {
    await go(tab);
    const long = owner.locator("textarea[name='headline.0']").first();
    if ((await long.inputValue()).includes("far longer")) {
      await long.fill("Found in our shop");
      await send(owner.locator("button:has-text('Save and check')").first());
    }
    for (;;) {
      const approve = owner.locator("button:has-text('Approve this ad'):not([disabled])").first();
      if ((await approve.count()) === 0) break;
      await send(approve);
    }
    assert.deepEqual(await owner.locator(".finding").allTextContents(), [], tab);
    assert.equal(await owner.locator("button:has-text('Approve this ad')").count(), 0, `all of ${tab} approved`);
  }
  await go("/sprints/1/launch");
  const blocks = await owner.locator(".gate[data-state=block]").allTextContents();
  assert.deepEqual(blocks, []);
  await owner.click("button:has-text('Register and export')");
  await owner.waitForSelector("a[download]");
  await clean(owner, "launch, exported");
  const names = await owner.locator("a[download]").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  for (const name of names.filter((name) => name.endsWith(".csv"))) {
    const text = await owner.evaluate(async (path) => (await fetch(path)).text(), name);
    assert.match(text, /Paused|PAUSED/, name);
  }
  assert.match(await owner.textContent("#ledger ~ div, [aria-labelledby=ledger]"), /Kill day/);
  await owner.click("button:has-text('It is live')");
  await owner.waitForSelector(".toast-note");
});

test("every page is clean", async () => {
  for (const path of ["/", "/board", "/map", "/sprints", "/sprints/1/brief", "/sprints/1/concepts", "/sprints/1/studio", "/sprints/1/launch", "/sprints/1/review", "/sprints/1/post-mortem", "/library", "/measure", "/measure/changes", "/measure/killed", "/measure/health", "/measure/plan", "/replay", "/data", "/data/orders", "/settings", "/settings/model", "/settings/people", "/settings/keys", "/settings/audit", "/help/errors", "/help/api"]) {
    const answer = await go(path);
    assert.equal(answer.status(), 200, path);
    await clean(owner, path);
  }
  await owner.setViewportSize({ width: 390, height: 844 });
  for (const path of ["/", "/board", "/map", "/sprints/1/concepts", "/sprints/1/studio", "/sprints/1/launch", "/sprints/1/review", "/measure", "/measure/changes", "/measure/plan", "/replay", "/data", "/data/orders", "/settings/people"]) {
    await go(path);
    await clean(owner, `${path} on a phone`);
  }
});

test("the plan says before the start that little traffic proves little, and what would work", async () => {
  await owner.setViewportSize({ width: 1280, height: 900 });
  await go("/measure/plan?from=typed&units=200&mean=2.7&sd=25.55&conversion=3&lift=15&days=30");
  assert.match(await owner.textContent("#answer"), /cannot be answered in 30 days.*only 1[345] of 100 runs/);
  const offers = await owner.locator("[name=chosen]").evaluateAll((inputs) => inputs.map((input) => input.value));
  for (const offer of ["denser_metric", "longer_run", "pooled_test", "non_inferiority"]) assert.ok(offers.includes(offer), `${offer} in ${offers}`);
  await clean(owner, "plan, answered");
  await owner.check("[name=chosen][value=pooled_test]");
  await owner.click("button:has-text('Choose this')");
  await owner.waitForSelector("#chosen");
  assert.match(await owner.textContent("[aria-labelledby=chosen]"), /Pool similar changes/);
});

test("a change is opened from the ledger and switched off with one click and a reason", async () => {
  await go("/measure");
  assert.match(await owner.textContent("h1"), /Nothing is proven yet/);
  await go("/measure/changes");
  await owner.locator("tbody a").first().click();
  await owner.waitForURL(/\/measure\/changes\/[0-9a-f-]+$/);
  await clean(owner, "one change");
  await owner.click("button:has-text('Off…')");
  await owner.fill("#off-why", "Out of stock");
  await clean(owner, "one change, its dialog open");
  await owner.click("dialog[open] button:has-text('Switch off')");
  await owner.waitForSelector(".toast-note");
  assert.match(await owner.textContent("main"), /Out of stock/);
  await owner.locator("button:has-text('It is off there')").first().click();
  await owner.waitForSelector("text=Confirmed");
  await go("/measure/killed");
  assert.match(await owner.textContent("main"), /Out of stock/);
  await clean(owner, "killed, with one");
});

test("the palette and the keys work without a mouse", async () => {
  await owner.setViewportSize({ width: 1280, height: 900 });
  await go("/");
  await owner.keyboard.press("Control+k");
  await owner.keyboard.type("libr");
  await owner.keyboard.press("Enter");
  await owner.waitForURL(/\/library$/);
  await owner.keyboard.press("g");
  await owner.keyboard.press("b");
  await owner.waitForURL(/\/board$/);
  await owner.keyboard.press("?");
  await owner.waitForSelector("#keys[open]");
});
