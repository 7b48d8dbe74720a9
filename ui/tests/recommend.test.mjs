// Recommendations as a new shop meets them: train, look, rules with a draft, a placement, sessions left out, exports.
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
  const file = join(home.path, "orders_export.csv");
  const data = ["--data", join(home.path, "data"), "--now", `${TODAY}T08:00:00Z`];
  writeFileSync(file, orders(TODAY, 240));
  server = await serve([...data, "serve", "--port", "0"]);
  chrome = await browser();
  owner = await page(chrome);
  owner.setDefaultTimeout(60_000);
  await owner.goto(`${server.base}/welcome`);
  await owner.fill("#name", "Mara Lindqvist");
  await owner.fill("#email", "mara@shop.example");
  await owner.fill("#password", "correct horse battery");
  await owner.fill("#brand", "Nordlicht");
  await owner.click("button:has-text('Create the brand')");
  await owner.waitForURL(/\/data$/);
});

after(async () => {
  await chrome?.close();
  await server?.stop();
  home?.remove();
});

const go = (path) => owner.goto(server.base + path);
const send = (button) => Promise.all([owner.waitForEvent("load"), button.click()]);

test("before anything is known every page teaches the next step", async () => {
  for (const path of ["/recommend", "/recommend/placements", "/recommend/workbench", "/recommend/rules", "/recommend/sessions"]) {
    await go(path);
    await clean(owner, `${path}, empty`);
  }
  await go("/recommend");
  assert.match(await owner.textContent("main"), /No model was trained yet/);
});

test("training tells how far it is, and what the data carries", async () => {
  await go("/data");
  await owner.setInputFiles("#files", join(home.path, "orders_export.csv"));
  await owner.waitForSelector("text=What an import would do");
  await owner.locator("button[name=do][value=import]").first().click();
  await owner.waitForSelector("#imports", { timeout: 300_000 });
  await settled(owner);
  await go("/recommend");
  await send(owner.locator("button:has-text('Train now')").first());
  await owner.waitForSelector("#versions", { timeout: 300_000 });
  assert.match(await owner.textContent("#gate"), /Yes, personalised/);
  assert.match(await owner.textContent("[aria-labelledby=quality]"), /Questions/);
  await clean(owner, "recommendations");
  await owner.click("button:has-text('Train now…')");
  await owner.waitForSelector("#train[open]");
  await clean(owner, "recommendations, the dialog open");
  await owner.keyboard.press("Escape");
});

test("the workbench says why a product is where it is", async () => {
  await go("/recommend/workbench");
  await clean(owner, "workbench, nobody chosen");
  await owner.locator("main ul a[href*='from=customer']").first().click();
  await owner.waitForSelector("#blend");
  await owner.locator("summary:has-text('Why is this here?')").first().click();
  assert.match(await owner.textContent("[aria-labelledby=blend]"), /stands at position 1/);
  await clean(owner, "workbench, a customer");
  await go("/recommend/workbench?from=product&q=Rooibos");
  await owner.waitForSelector("#blend");
  await clean(owner, "workbench, a product");
  await go("/recommend/workbench?q=nobody-is-called-that");
  assert.match(await owner.textContent("[role=alert]"), /begins with/);
});

test("a rule is drafted with the keyboard, previewed, saved and restored", async () => {
  await go("/recommend/rules?add=pins#edit");
  await owner.fill("#product", "No such thing");
  await owner.fill("#position", "1");
  await send(owner.locator("button:has-text('Add to the draft')"));
  assert.match(await owner.textContent("#product-problem"), /There is no product/);
  assert.equal(await owner.inputValue("#product"), "No such thing", "what was typed is still there");
  await clean(owner, "rules, a form with a mistake");
  await owner.fill("#product", "Stoneware Cup");
  await owner.check("[name=place][value=home]");
  await owner.locator("button:has-text('Add to the draft')").focus();
  await Promise.all([owner.waitForEvent("load"), owner.keyboard.press("Enter")]);
  assert.match(await owner.textContent("[aria-labelledby=draft]"), /Stoneware Cup at position 1/);
  await go("/recommend/rules?preview=1");
  assert.match(await owner.textContent("#preview"), /customers? would see something else/);
  await clean(owner, "rules, previewed");
  await owner.fill("#note", "Cups first");
  await send(owner.locator("button:has-text('Save as a new version')"));
  assert.match(await owner.textContent("main"), /Version 1 is live/);
  await send(owner.locator("button[name=do][value=pause]").first());
  assert.match(await owner.textContent("[aria-labelledby=draft]"), /Paused: Stoneware Cup/);
  await owner.fill("#note", "No cups");
  await send(owner.locator("button:has-text('Save as a new version')"));
  await send(owner.locator("button:has-text('Restore')").first());
  assert.match(await owner.textContent("[aria-labelledby=draft]"), /Resumed: Stoneware Cup/);
  await clean(owner, "rules, an older version as draft");
  await send(owner.locator("button:has-text('Discard')"));
  assert.equal(await owner.locator("#draft").count(), 0);
});

test("a placement is switched on and stands in the ledger", async () => {
  await go("/recommend/placements");
  await owner.locator("#set-product summary").click();
  await owner.locator("#set-product [name=is_on]").check();
  await send(owner.locator("#set-product button:has-text('Save')"));
  const card = owner.locator("[aria-labelledby=product]");
  assert.match(await card.textContent(), /A randomised/);
  await clean(owner, "placements, one on");
  await card.locator("a:has-text('Open in the ledger')").click();
  await owner.waitForURL(/\/measure\/changes\//);
});

test("somebody is left out and taken back", async () => {
  await go("/recommend/sessions");
  await owner.fill("#who", "c_staff");
  await send(owner.locator("button:has-text('Leave it out')"));
  assert.match(await owner.textContent("[aria-labelledby=out]"), /c_staff/);
  await clean(owner, "sessions, one left out");
  await send(owner.locator("button:has-text('Undo')").first());
  assert.match(await owner.textContent("[aria-labelledby=out]"), /Nobody is left out/);
});

test("the best per customer and per product are pulled as CSV", async () => {
  for (const per of ["customer", "product"]) {
    const answer = await owner.request.get(`${server.base}/recommend/export.csv?per=${per}`);
    assert.equal(answer.status(), 200);
    const lines = (await answer.text()).trim().split("\n");
    assert.match(lines[0], new RegExp(`^${per},recommended_1,reason_1`));
    assert.ok(lines.length > 5, `${lines.length} lines per ${per}`);
  }
});

test("every page holds on a phone", async () => {
  await owner.setViewportSize({ width: 390, height: 844 });
  for (const path of ["/recommend", "/recommend/placements", "/recommend/workbench?from=product&q=Rooibos", "/recommend/rules?add=filters", "/recommend/rules?preview=1", "/recommend/sessions"]) {
    await go(path);
    await clean(owner, `${path} on a phone`);
  }
});
