// Starts the page: header, views by the address, news from the server.

import { CompareView } from "./compare_view";
import { fetchFields } from "./columns";
import { h, icon, replace, set } from "./dom";
import { type Change, type Connection, Live } from "./live";
import { loadMetrics } from "./metrics";
import { lightenForPrint, setTheme, theme } from "./palette";
import { compareLink, currentRoute, takeToken } from "./route";
import { RunView } from "./run_view";
import { RunsView } from "./runs_view";
import { selection } from "./selection";
import type { View } from "./view";

let view: View | null = null;
let missed: Change | null = null;
let lastRuns = "#/runs";

const main = h("main", { id: "main", tabindex: "-1" });
const runsLink = h("a", { href: "#/runs" }, "Runs");
const compareTo = h("a", { href: "#/compare" }, "Compare");
const connection = h("span", { class: "connection", role: "status" });

function show(): void {
  const route = currentRoute();
  view?.close();
  view = route.view === "run" ? new RunView(route.id) : route.view === "compare" ? new CompareView() : new RunsView();
  replace(main, view.element);
  document.title = `${view.title} – Folio`;
  set(runsLink, { "aria-current": route.view === "runs" ? "page" : null });
  set(compareTo, { "aria-current": route.view === "compare" ? "page" : null });
}

function navigate(event: HashChangeEvent): void {
  takeToken(); // of a link that is opened where the page is open already
  const before = new URL(event.oldURL).hash;
  if (before.startsWith("#/runs")) lastRuns = before;
  runsLink.href = lastRuns;
  show();
  scrollTo(0, 0);
  main.focus({ preventScroll: true });
}

function onChange(change: Change): void {
  // What happens while nobody looks is fetched once, when somebody does.
  if (document.hidden) {
    missed = { version: change.version, changed: [] };
    return;
  }
  view?.onChange(change);
}

function onVisible(): void {
  if (document.hidden || !missed) return;
  const change = missed;
  missed = null;
  view?.onChange(change);
}

function onConnection(state: Connection, seconds: number): void {
  const words = { live: "Live", polling: "Updated every 3 s", lost: "No connection" };
  if (connection.dataset["state"] === state) return;
  connection.dataset["state"] = state;
  connection.textContent = words[state];
  connection.title =
    state === "lost" ? `The server does not answer; tried again in ${seconds} s and then less often.` : "";
}

function showSelection(): void {
  const { ids } = selection;
  compareTo.href = compareLink(ids);
  replace(compareTo, "Compare", ids.length > 0 ? h("span", { class: "badge" }, ids.length) : null);
}

function themeButton(): HTMLElement {
  const order = ["", "light", "dark"] as const;
  const words = { "": "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };
  const button = h("button", { type: "button", class: "plain-button theme-button" });
  const draw = () => {
    const now = theme();
    set(button, { "aria-label": words[now], title: words[now] });
    replace(button, icon(now === "" ? "theme" : now));
  };
  button.addEventListener("click", () => {
    setTheme(order[(order.indexOf(theme()) + 1) % order.length] ?? "");
    draw();
  });
  draw();
  return button;
}

function header(): HTMLElement {
  return h(
    "header",
    { class: "top" },
    h("a", { class: "brand", href: "#/runs" }, h("img", { src: "icon.svg", alt: "", width: 24, height: 24 }), "Folio"),
    h("nav", { "aria-label": "Pages" }, runsLink, compareTo),
    h("span", { class: "space" }),
    connection,
    themeButton(),
  );
}

function start(): void {
  takeToken();
  setTheme(theme());
  lightenForPrint();
  const skip = h(
    "a",
    {
      class: "skip",
      href: "#main",
      on: {
        click: (event) => {
          event.preventDefault(); // the fragment is the page's state
          main.focus();
        },
      },
    },
    "Skip to the content",
  );
  document.body.append(skip, header(), main, h("div", { id: "announcer", class: "sr-only", role: "status" }));
  selection.addEventListener("change", showSelection);
  addEventListener("hashchange", navigate);
  document.addEventListener("visibilitychange", onVisible);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
    document.dispatchEvent(new Event("folio-theme")),
  );
  showSelection();
  void Promise.all([loadMetrics(), fetchFields().catch(() => undefined)]).then(show);
  void new Live(onChange, onConnection).run();
}

start();
