// A run that trains is watched: its bar moves, its curve grows, its samples and its log come, without a hand's help.
// Prints how long a step took from its event to the page.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { until, withPage } from "./browser.mjs";

const { address, id, events, runner } = JSON.parse(process.env.FOLIO_PAGE_TEST);

/// Milliseconds from when steps were logged until each was seen, sorted.
async function delays(row, count) {
  const seen = new Map();
  let last = "";
  await until(
    async () => {
      const title = (await row.getByRole("progressbar").getAttribute("title")).replaceAll(",", "");
      if (title !== last) seen.set(Number(/step (\d+)/.exec(title)[1]), Date.now());
      last = title;
      return seen.size > count;
    },
    "steps to be seen",
    60,
  );
  const [first] = seen.keys();
  seen.delete(first); // seen for we do not know how long
  const logged = new Map(
    readFileSync(events, "utf8")
      .split("\n")
      .filter((line) => line.includes('"type":"points"'))
      .map((line) => JSON.parse(line))
      .map(({ step, time }) => [step, time * 1000]),
  );
  return [...seen].map(([step, time]) => time - logged.get(step)).sort((a, b) => a - b);
}

await withPage({ address, width: 1440, height: 900 }, async (page) => {
  await page.goto(`${address}#/runs`);
  const row = page.locator(".table-body .row", { hasText: id });
  await row.getByRole("progressbar").waitFor();
  const share = async () => Number(await row.getByRole("progressbar").getAttribute("aria-valuenow", { timeout: 5000 }));
  const before = await share();
  await until(async () => (await share()) > before, "the bar to move");
  const taken = await delays(row, 8);
  console.log(`seen after ${taken.map(Math.round).join(" ")} ms`);
  assert.ok(taken[taken.length >> 1] < 2000, `steps are seen only after ${taken} ms`);
  await page.locator(".legend-value").first().waitFor();
  const value = () => page.locator(".legend-value").first().textContent();
  const first = await value();
  await until(async () => (await value()) !== first, "the curve to grow");

  await row.getByRole("link").click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.locator(".run-heading").getByRole("progressbar").waitFor();
  await page.locator(".overview .sample").waitFor({ timeout: 60_000 });
  const sample = await page.locator(".card-section .muted").textContent();
  await until(async () => (await page.locator(".card-section .muted").textContent()) !== sample, "another sample", 60);
  await page.getByRole("tab", { name: "Log" }).click();
  const log = () => page.locator(".log").textContent();
  await until(async () => /Sample after step/.test(await log()), "the log");
  const length = (await log()).length;
  await until(async () => (await log()).length > length, "more of the log", 60);
  console.log("watched");
  execFileSync(runner, ["stop", id]);
  await until(async () => (await page.locator(".run-heading .state").textContent()) === "interrupted", "the end", 120);
  await page.getByRole("tab", { name: "Overview" }).click();
  await page.locator(".card", { hasText: "train_loss" }).waitFor();
  assert.equal(await page.locator(".run-heading").getByRole("progressbar").count(), 0);
});
