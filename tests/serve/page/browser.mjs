// Real Chromium for the tests of the page: a fresh one for each script, which notes what the page must not do.
// FOLIO_PAGE_TOOLS is the folder with playwright-core and axe-core.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.FOLIO_PAGE_TOOLS}/package.json`);
const { chromium } = require("playwright-core");

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

// That a request was refused is written to the console by the browser itself.
const REFUSED = /Failed to load resource: the server responded with a status of (400|403|404|503)/;

/// Calls the function with a page of the browser, then checks that it wrote no errors and broke no policy, but for what
/// options.provoked describes.
export async function withPage(options, use) {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [...FLAGS, ...(options.flags ?? [])],
  });
  try {
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
      colorScheme: options.scheme ?? "light",
      reducedMotion: options.reducedMotion ?? "no-preference",
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
    page.on("console", (message) => {
      const bad = message.type() === "error" || /Content.Security.Policy/i.test(message.text());
      if (bad && !REFUSED.test(message.text())) complaints.push(`console: ${message.text()}`);
    });
    page.on("dialog", (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("request", (request) => {
      const { protocol, hostname } = new URL(request.url());
      const known = ["data:", "blob:"].includes(protocol) || hostname === new URL(options.address).hostname;
      if (!known) complaints.push(`request to ${request.url()}`);
    });
    await use(page, context);
    assert.deepEqual(
      complaints.filter((text) => !options.provoked?.test(text)),
      [],
    );
  } finally {
    await browser.close();
  }
}

/// What axe-core finds that is serious or critical.
export async function seriousFindings(page) {
  // Evaluated by the driver, not by the page, whose policy forbids scripts from elsewhere.
  const source = await import("node:fs").then((fs) => fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
  await page.evaluate(source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(({ html }) => html.slice(0, 160))
          .join(" | ")}`,
    );
}

/// How much wider than the window the page is, which nothing but its tables may be.
export function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

export async function until(condition, what, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    assert.ok(Date.now() < end, `waited ${seconds} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
