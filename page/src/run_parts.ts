// What several views show of a run.

import { h, icon, set } from "./dom";
import { duration, number } from "./format";
import type { Progress, RunSummary } from "./types";

export function stateBadge(state: string): HTMLElement {
  return h("span", { class: `state state-${state.replace(/[^a-z]/g, "")}` }, state);
}

function wholeTime(seconds: number): string {
  return seconds < 60 ? `${Math.max(1, Math.round(seconds))} s` : duration(seconds);
}

/// A bar with how far a run is; without a total, the step alone.
export function progressBar(progress: Progress): HTMLElement {
  const { step, steps, seconds_left } = progress;
  const share = steps ? Math.min(1, step / steps) : 0;
  const left = typeof seconds_left === "number" ? `${wholeTime(seconds_left)} left` : "";
  const fill = h("span", { class: "progress-fill" });
  fill.style.width = `${(100 * share).toFixed(1)}%`;
  const bar = h(
    "span",
    {
      class: "progress",
      role: "progressbar",
      "aria-label": "Training",
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      "aria-valuenow": Math.round(100 * share),
      title: `step ${number(step)}${steps ? ` of ${number(steps)}` : ""}`,
    },
    fill,
  );
  if (!steps) set(bar, { "aria-valuenow": null });
  const text = steps ? `${Math.floor(100 * share)} %` : `step ${number(step)}`;
  return h(
    "span",
    { class: "progress-line" },
    bar,
    h("span", { class: "progress-text" }, left ? `${text} · ${left}` : text),
  );
}

export function stateCell(run: RunSummary): HTMLElement {
  return run.state === "running" && run.progress ? progressBar(run.progress) : stateBadge(run.state);
}

export function empty(title: string, ...children: (Node | string)[]): HTMLElement {
  return h("div", { class: "empty" }, h("p", { class: "empty-title" }, title), ...children);
}

export function command(text: string): HTMLElement {
  return h("code", { class: "command" }, text);
}

export function failure(error: unknown): HTMLElement {
  const message = error instanceof Error ? error.message : String(error);
  return h("div", { class: "failure", role: "alert" }, message);
}

/// A table that scrolls sideways within the page, also by keys. Titles of columns of numbers end in "#".
export function factTable(label: string, heads: string[], rows: HTMLElement[]): HTMLElement {
  const head = (title: string) =>
    h("th", { scope: "col", class: title.endsWith("#") ? "number" : "" }, title.replace(/#$/, ""));
  return h(
    "div",
    { class: "scroll-x", tabindex: "0", role: "group", "aria-label": label },
    h("table", { class: "facts" }, h("thead", {}, h("tr", {}, ...heads.map(head))), h("tbody", {}, ...rows)),
  );
}

export function copyButton(text: string, what: string): HTMLElement {
  const code = h("code", {}, text);
  const button = h("button", { type: "button", class: "copy", title: `Copy ${what}` }, code, icon("copy"));
  // Browsers give a page the clipboard on loopback and over TLS alone: elsewhere one copies what is selected.
  const select = () => getSelection()?.selectAllChildren(code);
  const copied = () => {
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1200);
  };
  button.addEventListener("click", () => {
    if (window.isSecureContext) void navigator.clipboard.writeText(text).then(copied, select);
    else select();
  });
  return button;
}
