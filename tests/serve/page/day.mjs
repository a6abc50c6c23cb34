// A day of a running run in a minute: thousands of updates, after which the page holds no more memory than early on.
import assert from "node:assert/strict";
import { until, withPage } from "./browser.mjs";
import { Synthetic } from "./synthetic.mjs";

const UPDATES = Number(process.env.FOLIO_PAGE_UPDATES ?? 1200);
const STEPS = 40; // an update

async function heapOf(session) {
  for (let i = 0; i < 3; ++i) await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  const { nodes } = await session.send("Memory.getDOMCounters");
  return { megabytes: usedSize / 1e6, nodes };
}

async function updates(server, page, count, seen) {
  for (let i = 0; i < count; ++i) {
    server.advance(STEPS);
    await page.waitForTimeout(15);
  }
  const step = server.runs[0].points.length;
  await until(() => seen(step), `step ${step} to be seen`);
}

const server = new Synthetic(process.env.FOLIO_PAGE_FILES, { runs: 4, points: 10, running: true });
server.thin = true;
const address = await server.listen();
try {
  await withPage({ address }, async (page, context) => {
    const session = await context.newCDPSession(page);
    await session.send("HeapProfiler.enable");
    const report = {};
    const views = {
      runs: [
        "#/runs",
        () => async (step) => {
          const values = await page
            .locator(".table-body .progress")
            .evaluateAll((bars) => bars.map((bar) => bar.title));
          return values.length === 4 && values.every((title) => title.replaceAll(",", "").includes(`step ${step} `));
        },
      ],
      run: [
        `#/run/${server.runs[0].id}`,
        () => async (step) =>
          (await page.locator(".card-section .muted").textContent()).replaceAll(",", "").includes(`${step} steps`),
      ],
      log: [
        `#/run/${server.runs[0].id}?tab=log`,
        () => async (step) => (await page.locator(".log").textContent()).includes(`step ${step} `),
      ],
      samples: [
        `#/run/${server.runs[0].id}?tab=samples`,
        () => async (step) =>
          (await page.locator(".sample-step").first().textContent()).replaceAll(",", "").includes(`${step} `),
      ],
    };
    for (const [name, [fragment, makeSeen]] of Object.entries(views)) {
      await page.goto(`${address}${fragment}`);
      await page.locator("main > *").first().waitFor();
      await updates(server, page, UPDATES / 4, makeSeen());
      const early = await heapOf(session);
      await updates(server, page, (3 * UPDATES) / 4, makeSeen());
      const late = await heapOf(session);
      report[name] = { early, late };
      assert.ok(late.megabytes < early.megabytes + 3, `${name}: ${JSON.stringify(report[name])}`);
      assert.ok(late.nodes < early.nodes * 1.5 + 500, `${name}: ${JSON.stringify(report[name])}`);
    }
    console.log(
      JSON.stringify({ updates: UPDATES * 4, steps: server.runs[0].points.length, requests: server.requests, report }),
    );
  });
} finally {
  server.close();
}
