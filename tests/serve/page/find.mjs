// A run is found, filtered, selected, compared, labelled; what the page says is what the commands say.
import assert from "node:assert/strict";
import { until, withPage } from "./browser.mjs";

const { address, runs, diff, said, hostile } = JSON.parse(process.env.FOLIO_PAGE_TEST);

async function list(page) {
  return page.locator(".table-body .row .run-id").allTextContents();
}

async function filter(page) {
  await page.getByLabel("Filter runs").click();
  await page.keyboard.type("training.seed=2");
  await until(async () => (await list(page)).join() === runs[1].id, "the run with this seed alone");
  assert.match(page.url(), /where=training\.seed%3D2/);
  assert.match(await page.locator(".counts").textContent(), /^1 run of \d+$/);
  await page.getByLabel("Filter runs").fill("eval_los<9");
  await page.keyboard.press("Escape");
  await until(() => page.locator(".filter-problem .problem-text").count(), "the reason");
  assert.match(await page.locator(".filter-problem").textContent(), /did you mean 'eval_loss'/);
  assert.equal(await page.locator(".problem-place mark").textContent(), "eval_los");
  assert.equal(await page.getByLabel("Filter runs").getAttribute("aria-invalid"), "true");
  await page.getByLabel("Clear the filter").click();
  await until(async () => (await list(page)).length >= runs.length, "all runs");
  assert.equal(await page.locator(".filter-problem .problem-text").count(), 0);
}

async function complete(page) {
  await page.getByLabel("Filter runs").click();
  await page.keyboard.type("train_lo");
  await page.getByRole("listbox").getByRole("option", { name: "train_loss", exact: true }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.equal(await page.getByLabel("Filter runs").inputValue(), "train_loss");
  await page.getByLabel("Clear the filter").click();
}

async function sortAndChoose(page) {
  const head = (name) => page.getByRole("columnheader", { name });
  await head("train_loss").getByRole("button").click();
  await until(async () => (await head("train_loss").getAttribute("aria-sort")) === "ascending", "the order");
  const losses = async () =>
    (
      await page
        .locator(".table-body .row")
        .evaluateAll((rows) =>
          rows.map((row) => Number([...row.querySelectorAll(".cell.number")].map((cell) => cell.textContent)[0])),
        )
    ).filter(Boolean);
  await until(async () => {
    const now = await losses();
    return now.length >= 2 && now.every((loss, i) => i === 0 || loss >= now[i - 1]);
  }, "ascending losses");
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByLabel("Find a column").fill("optim");
  await page.getByRole("checkbox", { name: "training.optim", exact: true }).check();
  await page.keyboard.press("Escape");
  await until(async () => (await page.locator(".table-head").textContent()).includes("optim"), "the column");
  await until(async () => (await page.locator(".table-body").textContent()).includes("adamw"), "its values");
}

async function showsNamesAsText(page) {
  const name = page.getByRole("link", { name: hostile.name, exact: true });
  await name.first().waitFor();
  assert.equal(await page.locator("main img, main script, main b").count(), 0);
  await name.first().click();
  await page.getByRole("heading", { name: hostile.name, exact: true }).waitFor();
  assert.equal(await page.locator("main img, main script, main b").count(), 0);
  await page.goBack();
}

async function compare(page) {
  for (const { id } of runs.slice(0, 2)) {
    await page.locator(".table-body .row", { hasText: id }).getByRole("checkbox").click();
  }
  await page.getByText("2 selected").waitFor();
  await until(async () => (await page.locator(".legend-name").count()) === 2, "two curves");
  await page.reload(); // the selection is in the address
  await page.getByText("2 selected").waitFor();
  await page.locator(".chosen").getByRole("link", { name: "Compare" }).click();
  await page.locator(".verdict").waitFor();
  const text = (await page.locator(".compare-view").textContent()).replace(/\s+/g, " ");
  for (const words of [
    diff.shows,
    diff.does_not_show,
    ...diff.reasons.map(({ meaning }) => meaning),
    ...Object.keys(diff.settings),
  ]) {
    assert.ok(text.includes(words.replace(/\s+/g, " ")), `the page does not say: ${words}`);
  }
  await page.goto(`${address}#/compare?${runs.map(({ id }) => `run=${id}`).join("&")}`);
  await page.getByRole("button", { name: "Group seeds" }).click();
  await until(async () => (await page.locator(".compare-table tbody tr").count()) === 1, "one group");
  assert.match(await page.locator(".compare-table tbody").textContent(), /±.*\(3\)/);
  await until(async () => (await page.locator(".legend-spread").first().textContent()).endsWith("N 3"), "the band's N");
}

/// Of the same two runs the page and the command say the same in the same words.
async function inTheWordsOfDiff(page, { pair, text }) {
  const [a, b] = pair.map(encodeURIComponent);
  await page.goto(`${address}#/compare?run=${a}&run=${b}`);
  await page.locator(".side-b", { hasText: pair[1] }).waitFor();
  const lines = text.split("\n").map((line) => line.replace(/\s+/g, " ").trim());
  const verdict = await page.locator(".verdict-title").textContent();
  assert.ok(lines.includes(verdict), `diff does not say: ${verdict}`);
  for (const reason of await page.locator(".reasons li").all()) {
    const words = `${await reason.locator(".finding").textContent()} ${await reason.locator("strong").textContent()}: `;
    assert.ok(
      lines.some((line) => line.startsWith(words)),
      `diff does not say: ${words}`,
    );
  }
  const rows = await page
    .locator('section:has(> h2:text-is("Metrics")) tbody tr')
    .evaluateAll((all) => all.map((row) => [row.querySelector("th").textContent, row.lastChild.textContent]));
  assert.ok(rows.length > 3);
  for (const [metric, outcome] of rows) {
    const line = lines.find((one, i) => i > lines.indexOf("Metrics") && one.startsWith(`${metric} `)) ?? "";
    assert.ok(line.endsWith(outcome), `the page says "${outcome}" of ${line}`);
  }
}

async function label(page) {
  await page.goto(`${address}#/run/${runs[0].id}`);
  await page.getByRole("button", { name: "Add a note" }).click();
  await page.getByRole("textbox", { name: "Note" }).fill("<i>the best</i> so far");
  await page.getByLabel("Add a tag").fill("good");
  await page.keyboard.press("Enter"); // which leaves the note as it is being typed
  await page.getByLabel("Remove the tag good").waitFor();
  assert.equal(await page.getByLabel("Add a tag").inputValue(), "");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("<i>the best</i>").waitFor();
  await page.getByLabel("Add a tag").fill("poor");
  await page.keyboard.press("Enter");
  await page.getByLabel("Remove the tag poor").click();
  await until(async () => (await page.locator(".labels .tag").count()) === 1, "the tag to be gone");
  assert.equal(await page.evaluate(() => document.activeElement.ariaLabel), "Add a tag");
}

/// What has a curve is offered before what is one value for a run.
async function metricPicker(page) {
  const names = (within) => page.getByLabel("Metric", { exact: true }).locator(within).allTextContents();
  const single = await names("optgroup option");
  assert.ok(single.includes("train_runtime") && !single.includes("loss"), single.join());
  assert.ok((await names("> option")).includes("loss"));
}

async function tabs(page) {
  await page.getByRole("tab", { name: "Settings" }).click();
  await page.getByText("training.max_steps").waitFor();
  assert.match(await page.locator("tr", { hasText: "training.seed" }).textContent(), /command line/);
  await page.getByRole("tab", { name: "Metrics" }).click();
  assert.match(await page.locator("tr", { hasText: "train_loss" }).first().textContent(), /Lower is better/);
  await page.getByRole("tab", { name: "Files" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download experiment.yaml" }).click();
  assert.equal((await download).suggestedFilename(), "experiment.yaml");
  await page.getByRole("tab", { name: "Samples" }).click();
  await page.locator(".sample").first().waitFor();
  await page.getByRole("tab", { name: "Environment" }).click();
  await page.getByText("torch_version").waitFor();
  await page.getByRole("tab", { name: "Log" }).click();
  await until(async () => (await page.locator(".log").textContent()).length > 10, "the log");
}

async function withoutToken(context) {
  const page = await context.newPage(); // the token belongs to the other tab
  await page.goto(`${address}#/run/${runs[0].id}`);
  await page.getByText("<i>the best</i>").waitFor();
  assert.equal(await page.getByLabel("Add a tag").count(), 0);
  await page.goto(`${address}#/run/nosuchrun`);
  await page.locator(".failure").waitFor();
  await page.close();
}

await withPage({ address, width: 1440, height: 900 }, async (page, context) => {
  await page.goto(process.env.FOLIO_PAGE_LINK);
  await page.locator(".table-body .row .run-name").first().waitFor();
  assert.ok(!page.url().includes("token"), "the token stays in the address");
  await filter(page);
  await complete(page);
  await sortAndChoose(page);
  await showsNamesAsText(page);
  await compare(page);
  for (const words of said) await inTheWordsOfDiff(page, words);
  await label(page);
  await metricPicker(page);
  await tabs(page);
  await withoutToken(context);
});
