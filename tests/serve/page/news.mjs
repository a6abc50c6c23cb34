// What comes while somebody is at it: it is shown, however fast it comes and slow the way is, and takes away neither the
// focus nor what was chosen. Each takes a server of made-up runs and a page on it.
import assert from "node:assert/strict";
import { until } from "./browser.mjs";
import { Synthetic } from "./synthetic.mjs";

let visits = 0;

/// Opens the page anew there, since a fragment alone does not load it again.
async function open(page, address, fragment) {
  await page.goto(`${address}?${++visits}${fragment}`);
}

function focus(page) {
  return page.evaluate(() => {
    const { tagName, dataset, textContent, ariaLabel } = document.activeElement;
    return `${tagName} ${dataset.key ?? ariaLabel ?? textContent}`;
  });
}

/// Does something, and waits until the elements that there were have been made anew.
async function remade(page, selector, act) {
  await page.locator(selector).evaluateAll((all) => all.forEach((element) => (element.dataset.old = "1")));
  await act();
  await until(() => page.locator(`${selector}:not([data-old])`).count(), `${selector} to be made anew`);
}

async function pointAt(page, share) {
  const { x, y, width, height } = await page.locator(".u-over").boundingBox();
  await page.mouse.move(x + width * share, y + height / 2);
}

export async function aListOverASlowWay(server, page, address) {
  await open(page, address, "#/runs");
  const step = () => page.locator(".table-body .progress").first().getAttribute("title");
  const before = await step();
  server.slow_ms = 400;
  for (let i = 0; i < 14; ++i) {
    server.advance(1);
    await page.waitForTimeout(100);
  }
  assert.notEqual(await step(), before, "the list waits until there are no news");
  server.slow_ms = 0;
}

/// The points of a session that was given up stand in no curve, also where nobody looked when it was.
export async function aRunResumedWhileHidden(server, page, address, hide) {
  await open(page, address, "#/runs");
  await page.locator(".legend-value").first().waitFor();
  await hide(true);
  const last = server.runs[0].points.length;
  server.resume(server.runs[0], last - 20);
  server.advance(40, server.runs.slice(0, 1));
  await hide(false);
  const value = async () => Number(await page.locator(".legend-value").first().textContent());
  await until(async () => (await value()) > 7, "what came since");
  await pointAt(page, (last - 10) / (last + 20));
  await until(async () => (await page.locator(".legend-at").textContent()).startsWith("step"), "the pointer");
  await until(async () => (await value()) > 7, "the old points to be gone");
}

export async function curvesOverTime(page, address) {
  await open(page, address, "#/runs?x=time");
  await page.locator(".legend-value").first().waitFor();
  await pointAt(page, 0.5);
  await until(async () => (await page.locator(".legend-at").textContent()) !== "newest", "the pointer");
  assert.match(await page.locator(".legend-at").textContent(), /^at [\d.:]+( s)?$/);
}

export async function theFocusInTheList(server, page, address) {
  await open(page, address, "#/runs?group=1");
  await page.locator(".legend-toggle").nth(1).focus();
  await remade(page, ".legend-toggle", async () => server.advance(1));
  assert.equal(await focus(page), `BUTTON Show run 1 ${server.runs[1].id}`);

  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "train_loss" }).focus();
  await remade(page, ".choice", () => page.keyboard.press("Space"));
  assert.equal(await focus(page), "INPUT train_loss");
  await page.keyboard.press("Escape");

  await page.locator(".head-button", { hasText: "state" }).focus();
  await remade(page, ".head-button", () => page.keyboard.press("Enter"));
  assert.equal(await focus(page), "BUTTON state");

}

export async function theFocusOnARun(server, page, address) {
  const [{ id, points }] = server.runs;
  await open(page, address, `#/run/${id}`);
  await page.getByRole("button", { name: "Select to compare" }).focus();
  server.advance(1);
  const bar = () => page.locator(`.run-heading .progress[title^="step ${points.length} "]`);
  await bar().waitFor();
  assert.equal(await focus(page), "BUTTON Select to compare");
  await page.getByRole("tab", { name: "Files" }).click();
  await page.getByRole("link", { name: "Download gone.bin" }).focus();
  server.advance(1);
  await bar().waitFor();
  assert.equal(await focus(page), "A Download gone.bin");
}

/// Progress that is drawn over itself ends no line.
export async function aLogWithoutLines(server, page, address) {
  const [run] = server.runs;
  run.log = "";
  await open(page, address, `#/run/${run.id}?tab=log`);
  for (let i = 0; i < 3; ++i) {
    run.log += `${"10 %\r".repeat(50_000)}end ${i}`;
    server.tell([run]);
    await until(async () => (await page.locator(".log").textContent()).endsWith(`end ${i}`), "the log");
  }
  assert.ok((await page.locator(".log").textContent()).length <= 400_000);
}

/// Where the token is asked for, on whatever host, files are fetched with it, and what cannot be is said.
export async function downloadsWithTheToken(server, page, address) {
  server.token = "secret";
  await open(page, address, "#token=secret");
  await page.locator(".table-body .run-name").first().waitFor();
  await page.goto(`${page.url().split("#")[0]}#/run/${server.runs[0].id}?tab=files`);
  const coming = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download model.bin" }).click();
  const download = await coming;
  assert.equal(download.suggestedFilename(), "model.bin");
  assert.equal(await download.failure(), null);
  await page.getByRole("link", { name: "Download gone.bin" }).click();
  await page.getByText("gone.bin cannot be downloaded: there is no such run or file").waitFor();
  server.token = "";
  // Such a page has no clipboard either.
  await page.evaluate(() => Object.defineProperty(window, "isSecureContext", { value: false }));
  await page.locator(".run-heading .copy").click();
  assert.equal(await page.evaluate(() => getSelection().toString()), server.runs[0].id);
}

/// Of two hundred curves only those are asked for that have something new; on paper the list ends where its rows do.
export async function manyRuns(page) {
  const server = new Synthetic(process.env.FOLIO_PAGE_FILES, { runs: 200, points: 20, running: true });
  const address = await server.listen();
  try {
    await open(page, address, `#/runs?selected=${server.runs.map(({ id }) => id).join(",")}`);
    await until(async () => (await page.locator(".legend-name").count()) === 200, "the curves");
    server.plots.length = 0;
    server.advance(1, server.runs.slice(3, 4));
    await until(() => server.plots.length > 0, "the curve to be asked for");
    assert.deepEqual(server.plots, [[server.runs[3].id]]);
    // What changed while there was no connection is not known.
    for (const stream of server.streams) stream.destroy();
    await until(() => server.plots.length >= 5, "all curves to be asked for");
    assert.ok(server.plots.every((runs) => runs.length <= 50));
    assert.equal(await page.locator(".chart-status").textContent(), "");

    await page.emulateMedia({ media: "print" });
    const { rows, height } = await page.locator(".table-body").evaluate((body) => ({
      rows: [...body.querySelectorAll(".row")].map((row) => row.offsetTop),
      height: body.offsetHeight,
    }));
    assert.ok(rows.length < 100 && height < 60 * rows.length, `${height} pixels of paper for ${rows.length} rows`);
    assert.equal(new Set(rows).size, rows.length, "rows lie over each other");
    await page.emulateMedia({ media: null });
  } finally {
    server.close();
  }
}
