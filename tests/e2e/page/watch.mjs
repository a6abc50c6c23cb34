// A run that trains is watched: its bar moves, its curve grows, its samples and its log come, without a hand's help.
// Prints how long a step took from its event to the page.
import assert from "node:assert/strict";
import { until, withPage } from "./browser.mjs";

const { address, id } = JSON.parse(process.env.FOLIO_PAGE_TEST);

await withPage({ address, width: 1440, height: 900 }, async (page) => {
  await page.goto(`${address}#/runs`);
  const row = page.locator(".table-body .row", { hasText: id });
  await row.getByRole("progressbar").waitFor();
  const share = async () => Number(await row.getByRole("progressbar").getAttribute("aria-valuenow", { timeout: 5000 }));
  const before = await share();
  await until(async () => (await share()) > before, "the bar to move");
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
  await until(async () => (await page.locator(".run-heading .state").textContent()) === "finished", "the end", 120);
  await page.getByRole("tab", { name: "Overview" }).click();
  await page.locator(".card", { hasText: "train_loss" }).waitFor();
  assert.equal(await page.locator(".run-heading").getByRole("progressbar").count(), 0);
});
