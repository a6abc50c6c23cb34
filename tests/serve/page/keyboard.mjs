// Everything by keys alone: from the filter to a comparison and back, and the focus is always seen.
import assert from "node:assert/strict";
import { until, withPage } from "./browser.mjs";

const { address, runs } = JSON.parse(process.env.FOLIO_PAGE_TEST);

function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    const style = getComputedStyle(element);
    return {
      role: element.getAttribute("role"),
      label: element.getAttribute("aria-label") ?? element.textContent,
      tag: element.tagName,
      outline: style.outlineStyle,
      width: parseFloat(style.outlineWidth),
    };
  });
}

async function tabTo(page, wanted, most = 40) {
  for (let i = 0; i < most; ++i) {
    await page.keyboard.press("Tab");
    const now = await focused(page);
    assert.ok(now.outline !== "none" && now.width >= 1, `the focus on ${now.tag} ${now.label} is not seen`);
    if (wanted(now)) return now;
  }
  assert.fail("the keys do not lead there");
}

await withPage({ address, width: 1280, height: 800 }, async (page) => {
  await page.goto(`${address}#/runs`);
  await page.locator(".table-body .run-name").first().waitFor();
  await page.keyboard.press("Tab");
  assert.equal((await focused(page)).label, "Skip to the content");
  await page.keyboard.press("Enter");
  assert.equal((await focused(page)).tag, "MAIN");
  assert.match(page.url(), /#\/runs/);

  await page.keyboard.press("/");
  await page.keyboard.type("training.max_steps=20");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  await until(async () => (await page.locator(".table-body .row").count()) === runs.length, "the runs");
  await tabTo(page, ({ role }) => role === "row");
  await page.keyboard.press("End");
  await page.keyboard.press("Home");
  await page.keyboard.press("Space");
  await page.keyboard.press("Shift+ArrowDown");
  await page.getByText("2 selected").waitFor();
  assert.equal(await page.locator('.row[aria-selected="true"]').count(), 2);
  await page.keyboard.press("Enter");
  await page.getByRole("tab", { name: "Overview" }).waitFor();
  await tabTo(page, ({ role }) => role === "tab");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.getByLabel("Find a setting").waitFor();
  await page.goBack(); // a key of the browser, which has no window here
  await page.locator(".table-body .run-name").first().waitFor();
  await tabTo(page, ({ tag, label }) => tag === "A" && label === "Compare");
  await page.keyboard.press("Enter");
  await page.locator(".verdict").waitFor();
});
