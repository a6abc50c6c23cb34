// The table of `runner compare`: the settings that differ and the metrics of any number of runs, or of groups of seeds.

import { h } from "./dom";
import { deviation, measure, setting } from "./format";
import { betterWord, inOrder, meaningOf, unitOf } from "./metrics";
import { runLink } from "./route";
import { stateBadge } from "./run_parts";
import type { Comparison, ComparisonRow, JsonNumber, Spread } from "./types";

export class ComparisonTable {
  private readonly settings: string[];
  private readonly metrics: string[];

  constructor(private readonly comparison: Comparison) {
    const keys = (of: (row: ComparisonRow) => object) => [
      ...new Set(comparison.rows.flatMap((row) => Object.keys(of(row)))),
    ];
    this.settings = keys((row) => row.settings);
    this.metrics = inOrder(keys((row) => row.metrics));
  }

  parts(): HTMLElement[] {
    const notes = this.comparison.notes.map((note) => h("li", {}, note));
    return [
      notes.length > 0 ? h("ul", { class: "notes" }, ...notes) : h("div"),
      h(
        "div",
        { class: "scroll-x", tabindex: "0", role: "group", "aria-label": "Runs compared" },
        h(
          "table",
          { class: "facts compare-table" },
          this.head(),
          h("tbody", {}, ...this.comparison.rows.map((row) => this.row(row))),
        ),
      ),
    ];
  }

  private head(): HTMLElement {
    const setting = (key: string) => {
      const dot = key.lastIndexOf(".");
      return h(
        "th",
        { scope: "col" },
        dot < 0 ? null : h("span", { class: "head-group" }, key.slice(0, dot)),
        key.slice(dot + 1),
      );
    };
    return h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "Run"),
        ...this.settings.map(setting),
        ...this.metrics.map((name) =>
          h(
            "th",
            { scope: "col", class: "number", title: `${meaningOf(name)?.meaning ?? ""} ${betterWord(name)}`.trim() },
            name,
          ),
        ),
      ),
    );
  }

  private row(row: ComparisonRow): HTMLElement {
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, ...this.names(row)),
      ...this.settings.map((key) => h("td", {}, setting(row.settings[key]))),
      ...this.metrics.map((name) => this.cell(name, row.metrics[name])),
    );
  }

  private names(row: ComparisonRow): (Node | string)[] {
    const link = (id: string, name: string) => h("a", { href: runLink(id) }, name);
    if (row.id) return [link(row.id, row.name || row.id), h("code", { class: "muted run-id" }, ` ${row.id}`)];
    const runs = row.runs ?? [];
    return [
      h("span", { class: "group-names" }, ...runs.map((id) => link(id, id))),
      ...(row.state && row.state !== "finished" ? [stateBadge(row.state)] : []),
    ];
  }

  private cell(name: string, value: JsonNumber | Spread | null | undefined): HTMLElement {
    const unit = unitOf(name);
    if (value === null || value === undefined) return h("td", { class: "number" }, "–");
    const best = this.best(name);
    if (typeof value !== "object") {
      return h("td", { class: value === best ? "number best" : "number" }, measure(value, unit));
    }
    const spread =
      typeof value.deviation === "number" && typeof value.mean === "number"
        ? ` ± ${deviation(value.deviation, value.mean, unit)}`
        : "";
    return h(
      "td",
      { class: value.mean === best ? "number best" : "number", title: `N ${value.count}` },
      measure(value.mean, unit),
      h("span", { class: "muted" }, `${spread}${value.count > 1 ? ` (${value.count})` : ""}`),
    );
  }

  /// The best value of a metric, where one is the best and the notes do not say that the runs cannot be ranked.
  private best(name: string): number | null {
    const better = meaningOf(name)?.better;
    if (this.comparison.notes.length > 0 || (better !== "lower" && better !== "higher")) return null;
    const values = this.comparison.rows.flatMap(({ metrics }) => {
      const value = metrics[name];
      const plain = value !== null && typeof value === "object" ? value.mean : value;
      return typeof plain === "number" ? [plain] : [];
    });
    if (values.length < 2) return null;
    return better === "lower" ? Math.min(...values) : Math.max(...values);
  }
}
