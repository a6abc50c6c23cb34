// The pictures of the page in the README and in docs/results.md: node screenshots.mjs FOLDER, with FOLIO_PAGE_LINK from
// runner serve and FOLIO_PAGE_TOOLS. What is shown is decided by FOLIO_PAGE_TEST: {"compare": [ids]}.
import { join } from "node:path";
import { withPage } from "./browser.mjs";

const [folder] = process.argv.slice(2);
const { compare } = JSON.parse(process.env.FOLIO_PAGE_TEST);
const link = process.env.FOLIO_PAGE_LINK;
const address = link.split("#")[0];

async function picture(name, scheme, fragment, ready, height, prepare = async () => {}) {
  await withPage({ address, scheme, width: 1400, height, reducedMotion: "reduce" }, async (page) => {
    await page.goto(link);
    await page.goto(`${address}${fragment}`);
    await page.locator(ready).first().waitFor();
    await prepare(page);
    await page.waitForTimeout(600);
    await page.screenshot({ path: join(folder, name) });
  });
}

await picture("page-runs.png", "light", "#/runs?where=name%3Dsmoke&smoothing=0.6", ".legend tr", 760);
await picture("page-compare.png", "dark", `#/compare?run=${compare[0]}&run=${compare[1]}`, ".legend tr", 900);
