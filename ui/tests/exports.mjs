// A small shop's order export, always the same: ten products, repeat purchases, a season, one refund.
const products = [
  ["TEA-1", "Morning Oolong 100 g", 14.9], ["TEA-2", "Harbour Earl 100 g", 12.5], ["TEA-3", "Night Rooibos 100 g", 11.9],
  ["COF-1", "House Espresso 500 g", 16.9], ["COF-2", "Decaf Espresso 500 g", 17.9], ["COF-3", "Filter Roast 500 g", 15.9],
  ["SET-1", "Pour-Over Set", 49], ["CUP-1", "Stoneware Cup", 18], ["FIL-1", "Paper Filters 100", 6.5], ["ADV-1", "Tea Advent Calendar", 29],
];

function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Orders of `days` days up to the day before `today` (`YYYY-MM-DD`), as the platform exports them. */
export function orders(today, days = 540) {
  const next = random(7);
  const header = "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Cancelled at,Refunded Amount,Shipping Country";
  const lines = [header];
  const end = Date.parse(`${today}T00:00:00Z`);
  const due = new Map();
  let people = 0;
  let number = 1000;
  for (let day = days; day >= 1; day -= 1) {
    const date = new Date(end - day * 86_400_000);
    const season = date.getUTCMonth() >= 9 ? 1.6 : 1;
    const buyers = [...(due.get(day) ?? [])];
    const fresh = Math.round((3 + next() * 3) * season);
    for (let i = 0; i < fresh; i += 1) buyers.push([people += 1, null]);
    for (const [person, last] of buyers) {
      number += 1;
      let at = last ?? Math.floor(next() * products.length);
      if (products[at][0] === "ADV-1" && date.getUTCMonth() < 9) at = 0;
      const basket = [[at, 1 + Math.floor(next() * 2)]];
      if (at === 3 && next() < 0.35) basket.push([8, 1]);
      if (next() < 0.15) basket.push([Math.floor(next() * 6), 1]);
      const subtotal = basket.reduce((sum, [p, n]) => sum + products[p][2] * n, 0);
      const when = `${date.toISOString().slice(0, 10)} ${String(8 + Math.floor(next() * 12)).padStart(2, "0")}:15:00 +0000`;
      const refund = next() < 0.02 ? subtotal : 0;
      basket.forEach(([p, quantity], i) => {
        const [sku, title, price] = products[p];
        const first = i === 0 ? ["paid", when, "EUR", subtotal.toFixed(2), "4.90", "0.00", (subtotal + 4.9).toFixed(2), "", "0.00"] : ["", "", "", "", "", "", "", "", ""];
        lines.push([`#${number}`, `person${person}@example.org`, ...first, when, quantity, title, price.toFixed(2), sku, "", i === 0 ? refund.toFixed(2) : "", "DE"].join(","));
      });
      // Six of ten come back, mostly for the same thing.
      if (next() < 0.6) {
        const back = day - 35 - Math.floor(next() * 25);
        if (back > 0) due.set(back, [...(due.get(back) ?? []), [person, next() < 0.75 ? at : null]]);
      }
    }
  }
  return `${lines.join("\n")}\n`;
}
