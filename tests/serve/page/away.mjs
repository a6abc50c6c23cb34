// The server goes away and comes back: the page says so, keeps what it shows, and goes on. A tab that is not seen holds
// no stream; where none is free the page asks now and then. Then what else news must not do (news.mjs).
import assert from "node:assert/strict";
import { until, withPage } from "./browser.mjs";
import * as news from "./news.mjs";
import { Synthetic } from "./synthetic.mjs";

const server = new Synthetic(process.env.FOLIO_PAGE_FILES, { runs: 3, points: 10, running: true });
const address = await server.listen();
try {
  await withPage(
    { address, provoked: /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE|ERR_CONNECTION_RESET|ERR_EMPTY/ },
    async (page) => {
      await page.goto(`${address}#/runs`);
      const state = (wanted) =>
        until(
          async () => (await page.locator(".connection").getAttribute("data-state")) === wanted,
          `the state ${wanted}`,
        );
      const step = () => page.locator(".table-body .progress").first().getAttribute("title");
      await state("live");
      await until(async () => (await step()).startsWith("step 10 "), "the rows");
      server.close();
      await state("lost");
      assert.equal(await page.locator(".table-body .run-name").count(), 3);
      server.advance(5);
      await server.listen();
      await state("live");
      await until(async () => (await step()).startsWith("step 15 "), "what happened meanwhile");
      // A tab that nobody sees leaves its connection to others, and catches up when it is seen again.
      const hide = (hidden) =>
        page.evaluate((value) => {
          Object.defineProperty(document, "hidden", { value, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }, hidden);
      await hide(true);
      await until(() => server.streams.size === 0, "the stream to be left");
      server.advance(1);
      await hide(false);
      await until(async () => (await step()).startsWith("step 16 "), "what happened while nobody looked");
      server.full = true;
      for (const stream of server.streams) stream.destroy();
      await state("polling");
      server.advance(5);
      await until(async () => (await step()).startsWith("step 21 "), "what is asked for now and then");

      server.full = false;
      await news.aListOverASlowWay(server, page, address);
      await news.aRunResumedWhileHidden(server, page, address, hide);
      await news.curvesOverTime(page, address);
      await news.theFocusInTheList(server, page, address);
      await news.theFocusOnARun(server, page, address);
      await news.aLogWithoutLines(server, page, address);
      await news.downloadsWithTheToken(server, page, address);
      await news.manyRuns(page);
    },
  );
} finally {
  server.close();
}
