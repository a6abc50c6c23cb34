// A store without runs says what to type; a server that goes away is told of, and the page stays.
import assert from "node:assert/strict";
import { withPage } from "./browser.mjs";

const { address } = JSON.parse(process.env.FOLIO_PAGE_TEST);

await withPage({ address, provoked: /inline script/ }, async (page) => {
  await page.goto(`${address}#/runs?where=name%3Dx`);
  await page.getByText("No run meets this condition").waitFor();
  await page.getByRole("button", { name: "Show all runs" }).click();
  await page.locator(".table-body .row, .table-nothing .command").first().waitFor();
  await page.goto(`${address}#/compare`);
  await page.getByText("Select runs in the list").waitFor();
  await page.goto(`${address}#/nonsense/%E0%A4%A`);
  await page.getByLabel("Filter runs").waitFor();
  assert.equal(await page.title(), "Runs – Folio");
  // Nothing from elsewhere is let in, whatever somebody slips into the page.
  const blocked = await page
    .evaluate(
      () =>
        new Promise((resolve) => {
          document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective), {
            once: true,
          });
          const script = document.createElement("script");
          script.textContent = "globalThis.slipped = true";
          document.body.append(script);
          setTimeout(() => resolve("nothing was blocked"), 2000);
        }),
    )
    .catch(String);
  assert.match(blocked, /^script-src/);
  assert.equal(await page.evaluate(() => globalThis.slipped), undefined);
});
