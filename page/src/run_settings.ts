// Every setting with where it comes from.

import { h, replace } from "./dom";
import { setting } from "./format";
import type { Json, Run } from "./types";
import type { Tab } from "./run_view";

export function flatten(value: { [key: string]: Json }, prefix = ""): [string, Json][] {
  return Object.entries(value).flatMap(([key, inner]): [string, Json][] => {
    const name = prefix ? `${prefix}.${key}` : key;
    return inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? flatten(inner, name)
      : [[name, inner]];
  });
}

export class SettingsTab implements Tab {
  readonly element: HTMLElement;
  private readonly body = h("tbody");
  private readonly search: HTMLInputElement;
  private readonly defaults: HTMLInputElement;
  private readonly status = h("span", { class: "muted", role: "status" });
  private rows: [string, string, string][] = [];
  private key = "";

  constructor() {
    this.search = h("input", {
      type: "search",
      placeholder: "Find a setting",
      "aria-label": "Find a setting",
      on: { input: () => this.draw() },
    });
    this.defaults = h("input", { type: "checkbox", on: { change: () => this.draw() } });
    this.element = h(
      "div",
      {},
      h(
        "div",
        { class: "table-tools" },
        this.search,
        h("label", { class: "choice" }, this.defaults, h("span", {}, "Defaults too")),
        this.status,
      ),
      h(
        "div",
        { class: "scroll-x", tabindex: "0", role: "group", "aria-label": "Settings" },
        h(
          "table",
          { class: "facts" },
          h("thead", {}, h("tr", {}, ...["Setting", "Value", "From"].map((title) => h("th", { scope: "col" }, title)))),
          this.body,
        ),
      ),
    );
  }

  update(run: Run): void {
    const key = JSON.stringify(run.settings);
    if (key === this.key) return;
    this.key = key;
    this.rows = flatten(run.settings ?? {}).map(([name, value]) => [name, setting(value), run.origins?.[name] ?? ""]);
    this.draw();
  }

  close(): void {}

  private draw(): void {
    const wanted = this.search.value.trim().toLowerCase();
    const shown = this.rows.filter(
      ([name, value, origin]) =>
        (this.defaults.checked || origin !== "default") && `${name} ${value}`.toLowerCase().includes(wanted),
    );
    replace(
      this.body,
      ...shown.map(([name, value, origin]) =>
        h(
          "tr",
          { class: origin === "override" ? "marked" : "" },
          h("th", { scope: "row" }, h("code", {}, name)),
          h("td", { class: "value" }, value),
          h("td", { class: "muted" }, origin === "override" ? "command line" : origin),
        ),
      ),
    );
    const hidden = this.rows.length - shown.length;
    this.status.textContent = hidden > 0 ? `${shown.length} of ${this.rows.length}` : `${shown.length}`;
  }
}
