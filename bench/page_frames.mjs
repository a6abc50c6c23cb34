// Frames a second of the page with fifty runs of 2,000 points each, all redrawn in every frame, in real Chromium; the
// time until the first rows are seen, of 10,000 runs; and how the table scrolls through them. bench/page.py runs this.

import { withPage } from "../tests/serve/page/browser.mjs";
import { Synthetic } from "../tests/serve/page/synthetic.mjs";

const SECONDS = 5;

/// In the page: milliseconds from frame to frame, in each of which something is drawn; sorted.
function frames([what, seconds]) {
  const rows = document.querySelectorAll(".legend tr");
  const steps = {
    mark: (i) => {
      rows[(i - 1) % rows.length].dispatchEvent(new MouseEvent("mouseleave"));
      rows[i % rows.length].dispatchEvent(new MouseEvent("mouseenter"));
    },
    resize: (i) => (document.querySelector(".chart").style.height = `${400 + (i % 2)}px`),
    scroll: (i) => (document.querySelector(".table").scrollTop = i * 90),
  };
  return new Promise((resolve) => {
    const times = [];
    const end = performance.now() + seconds * 1000;
    const next = (now) => {
      times.push(now);
      if (now > end)
        resolve(
          times
            .slice(1)
            .map((time, i) => time - times[i])
            .sort((a, b) => a - b),
        );
      else {
        steps[what](times.length);
        requestAnimationFrame(next);
      }
    };
    requestAnimationFrame(next);
  });
}

function summary(gaps) {
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  return {
    frames_per_second: Number((1000 / mean).toFixed(1)),
    median_ms: Number(gaps[gaps.length >> 1].toFixed(1)),
    worst_of_100_ms: Number(gaps[Math.floor(gaps.length * 0.99)].toFixed(1)),
  };
}

async function curves() {
  const server = new Synthetic(process.env.FOLIO_PAGE_FILES, { runs: 50, points: 2000, running: false });
  const address = await server.listen();
  const result = { curves: 50, points_each: 2000 };
  await withPage({ address, width: 1440, height: 900 }, async (page) => {
    await page.goto(`${address}#/compare?${server.runs.map(({ id }) => `run=${id}`).join("&")}`);
    await page.locator(".legend tr").nth(49).waitFor();
    await page.waitForTimeout(500);
    // A curve under the pointer is marked, for which all are drawn again.
    result.marked = summary(await page.evaluate(frames, ["mark", SECONDS]));
    // A chart of another size has other lines, too.
    result.resized = summary(await page.evaluate(frames, ["resize", SECONDS]));
  });
  server.close();
  return result;
}

async function table() {
  const server = new Synthetic(process.env.FOLIO_PAGE_FILES, { runs: 10_000, points: 1, running: false });
  const address = await server.listen();
  const result = { runs: 10_000 };
  await withPage({ address, width: 1440, height: 900 }, async (page) => {
    await page.addInitScript(() => {
      new MutationObserver((_, observer) => {
        if (!document.querySelector(".table-body .run-name")) return;
        globalThis.firstRows = performance.now();
        observer.disconnect();
      }).observe(document, { childList: true, subtree: true });
    });
    await page.goto(`${address}#/runs`);
    await page.locator(".table-body .run-name").first().waitFor();
    result.first_rows_ms = Math.round(await page.evaluate(() => globalThis.firstRows));
    result.scrolling = summary(await page.evaluate(frames, ["scroll", SECONDS]));
  });
  server.close();
  return result;
}

console.log(JSON.stringify({ curves: await curves(), table: await table() }, null, 2));
