// Every view in both themes and in widths from 360 pixels on: nothing sticks out, and axe-core finds nothing serious.
import assert from "node:assert/strict";
import { overflow, seriousFindings, withPage } from "./browser.mjs";

const { address, runs } = JSON.parse(process.env.FOLIO_PAGE_TEST);
const [a, b, c] = runs.map(({ id }) => id);
const VIEWS = [
  ["#/runs", ".table-body .run-name"],
  ["#/runs?where=eval_los%3C4", ".problem-place"],
  ["#/runs?where=name%3Dnobody", ".table-nothing .empty"],
  [`#/run/${a}`, ".card"],
  [`#/run/${a}?tab=metrics`, ".facts td"],
  [`#/run/${a}?tab=settings`, ".facts td"],
  [`#/run/${a}?tab=samples`, ".samples > *"],
  [`#/run/${a}?tab=log`, ".log"],
  [`#/run/${a}?tab=files`, ".facts td"],
  [`#/run/${a}?tab=environment`, ".facts td"],
  [`#/compare?run=${a}&run=${b}`, ".verdict"],
  [`#/compare?run=${a}&run=${b}&run=${c}&group=1`, ".compare-table"],
  ["#/compare", ".empty"],
];

let looked = 0;
for (const scheme of ["light", "dark"]) {
  for (const width of [360, 1280, 2560]) {
    await withPage({ address, scheme, width, height: 800, reducedMotion: "reduce" }, async (page) => {
      for (const [fragment, ready] of VIEWS) {
        await page.goto(process.env.FOLIO_PAGE_LINK); // with the token, so that what edits is there
        await page.goto(`${address}${fragment}`);
        await page.locator(ready).first().waitFor();
        await page.waitForTimeout(150);
        const what = `${fragment} ${scheme} ${width}`;
        assert.ok((await overflow(page)) <= 0, `${what} is wider than its window by ${await overflow(page)}`);
        if (width !== 2560) assert.deepEqual(await seriousFindings(page), [], what);
        ++looked;
      }
    });
  }
}
// The switch goes before what the system says.
await withPage({ address, scheme: "dark" }, async (page) => {
  await page.goto(`${address}#/runs`);
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await background();
  await page.getByRole("button", { name: "Theme: as the system" }).click();
  const light = await background();
  assert.notEqual(light, dark);
  await page.reload();
  await page.getByRole("button", { name: "Theme: light" }).waitFor();
  assert.equal(await background(), light);
});
console.log(`${looked} views`);
