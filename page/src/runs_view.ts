// The list of runs with the curves of those selected; of none, those of the first few.

import { describe } from "./api";
import { ColumnChooser } from "./column_chooser";
import { DEFAULT_COLUMNS, columnsOf, fetchFields } from "./columns";
import { Curves } from "./curves";
import { announce, h, redraw, replace } from "./dom";
import { Filter } from "./filter";
import { count } from "./format";
import type { Change } from "./live";
import { colorOf } from "./palette";
import { compareLink, currentRoute, setParameters } from "./route";
import { type Query, RunList } from "./run_list";
import { command, empty, failure } from "./run_parts";
import { RunTable, type Sorting } from "./run_table";
import { selection } from "./selection";
import type { Fields } from "./types";
import type { View } from "./view";

const SHOWN_UNASKED = 6;
const REFRESH_MS = 250;

function queryOfRoute(): Query {
  const { parameters } = currentRoute();
  return {
    where: parameters.get("where") ?? "",
    sort: parameters.get("sort") ?? "",
    descending: parameters.has("descending"),
    columns: parameters.get("columns")?.split(",").filter(Boolean) ?? DEFAULT_COLUMNS,
  };
}

function noneYet(): HTMLElement {
  return empty(
    "There are no runs yet. Train one:",
    command("./runner experiments/smoke.yaml"),
    h("p", { class: "muted" }, "It takes seconds, and shows up here as it learns."),
  );
}

export class RunsView implements View {
  readonly title = "Runs";
  readonly element: HTMLElement;
  private query = queryOfRoute();
  private readonly list = new RunList(this.query, () => this.update());
  private readonly table: RunTable;
  private readonly filter: Filter;
  private readonly curves = new Curves(["loss"], true);
  private readonly counts = h("span", { class: "muted counts" });
  private readonly chosen = h("div", { class: "chosen" });
  private readonly nothing = h("div", { class: "table-nothing" });
  private readonly hint = h("p", { class: "curves-hint" });
  private tableKey = "";
  private whyNothing = "";
  private timer = 0;
  private readonly onSelection = () => this.showSelection();
  private readonly onKey = (event: KeyboardEvent) => this.key(event);

  constructor() {
    const selected = currentRoute().parameters.get("selected");
    if (selected) selection.set(selected.split(","));
    this.filter = new Filter(this.query.where, (where) => this.change({ where }));
    this.table = new RunTable(this.list, this.sorting(), ({ field, descending }) =>
      this.change({ sort: field, descending }),
    );
    const chooser = new ColumnChooser(
      () => this.knownFields(),
      () => this.query.columns,
      (columns) => this.change({ columns }),
    );
    this.curves.onColors = (colors) =>
      this.table.setColors((id) => {
        const color = colors.get(id);
        return color === undefined ? undefined : colorOf(color);
      });
    this.element = h(
      "div",
      { class: "runs-view" },
      h(
        "section",
        { class: "runs-pane", "aria-label": "Runs" },
        h("div", { class: "runs-bar" }, this.filter.element, chooser.element, this.counts),
        h("div", { class: "table-frame" }, this.table.element, this.nothing),
        this.chosen,
      ),
      h("div", { class: "curves-pane" }, this.hint, this.curves.element),
    );
    selection.addEventListener("change", this.onSelection);
    document.addEventListener("keydown", this.onKey);
    void this.knownFields().catch(() => undefined);
    this.list.refresh();
    this.showSelection();
  }

  close(): void {
    clearTimeout(this.timer);
    selection.removeEventListener("change", this.onSelection);
    document.removeEventListener("keydown", this.onKey);
    this.list.close();
    this.table.close();
    this.curves.close();
  }

  onChange(change: Change): void {
    void this.curves.tick(change.changed);
    // Many events in a second are one fetch.
    if (this.timer) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      this.list.refresh();
    }, REFRESH_MS);
  }

  private sorting(): Sorting {
    return { field: this.query.sort, descending: this.query.descending };
  }

  private async knownFields(): Promise<Fields> {
    const fields = await fetchFields();
    this.curves.setMetrics(fields.metrics);
    return fields;
  }

  private change(change: Partial<Query>): void {
    this.query = { ...this.query, ...change };
    const { where, sort, descending, columns } = this.query;
    setParameters({
      where,
      sort,
      descending: descending ? "1" : undefined,
      columns: columns.join() === DEFAULT_COLUMNS.join() ? undefined : columns.join(",") || ",",
    });
    if (!change.columns) this.table.toTop();
    this.list.setQuery(this.query);
  }

  /// After the list has fetched something, or failed to.
  private update(): void {
    const { list, query } = this;
    this.filter.setProblem(list.error);
    const columns = columnsOf(query.columns, list.differing);
    const key = JSON.stringify([columns, query.sort, query.descending]);
    if (key !== this.tableKey) this.table.setColumns(columns, this.sorting());
    this.tableKey = key;
    this.table.draw();
    const text =
      query.where && list.matching !== list.total
        ? `${count(list.matching, "run")} of ${list.total.toLocaleString("en")}`
        : count(list.matching, "run");
    if (list.loaded && !list.error && this.counts.textContent !== text) {
      this.counts.textContent = text;
      announce(text);
    }
    this.showNothing();
    this.showCurves();
  }

  private showNothing(): void {
    const { list, query } = this;
    const none = list.loaded && list.matching === 0;
    this.nothing.hidden = !none;
    const why = !none ? "" : list.error ? describe(list.error) : query.where ? "none meets it" : "none yet";
    if (why === this.whyNothing) return; // somebody may be at what stands there
    this.whyNothing = why;
    if (!none) replace(this.nothing);
    else if (list.error) replace(this.nothing, query.where ? null : failure(list.error)); // the filter says what it is
    else replace(this.nothing, query.where ? this.noneMeets() : noneYet());
  }

  private noneMeets(): HTMLElement {
    return empty(
      "No run meets this condition.",
      h("button", { type: "button", class: "button", on: { click: () => this.filter.set("") } }, "Show all runs"),
    );
  }

  private showSelection(): void {
    const { ids } = selection;
    setParameters({ selected: ids.join(",") });
    this.chosen.hidden = ids.length === 0;
    if (ids.length > 0) {
      redraw(
        this.chosen,
        h("strong", {}, `${ids.length} selected`),
        ids.length > 1 ? h("a", { class: "button primary", href: compareLink(ids) }, "Compare") : null,
        h("button", { type: "button", class: "button", on: { click: () => this.clear() } }, "Clear"),
        ids.length === 1 ? h("span", { class: "muted" }, "Select another to compare them.") : null,
      );
    }
    this.showCurves();
  }

  private clear(): void {
    selection.set([]);
    this.table.focus(); // the button is gone
  }

  private showCurves(): void {
    const unasked = selection.ids.length === 0;
    const ids = unasked ? this.list.first(SHOWN_UNASKED).map((run) => run.id) : selection.ids;
    this.hint.textContent =
      !unasked || ids.length === 0
        ? ""
        : ids.length === 1
          ? "The only run of the list."
          : `The first ${ids.length} of the list. Select runs to see others.`;
    this.curves.setRuns(ids);
  }

  private key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (event.key !== "/" || target.closest("input, textarea, select") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.filter.focus();
  }
}
