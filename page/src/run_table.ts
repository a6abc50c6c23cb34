// The table of runs. Only the rows in sight exist, so that it scrolls alike over ten runs and ten thousand. Keys:
// arrows, page up and down, home and end move; space selects, with shift a stretch; enter opens.

import { type Column, cellHelp, cellText } from "./columns";
import { h, icon, redraw, replace, set } from "./dom";
import { betterWord, meaningOf } from "./metrics";
import { runLink } from "./route";
import type { RunList } from "./run_list";
import { stateCell } from "./run_parts";
import { selection } from "./selection";
import type { RunSummary } from "./types";

const ROW = 44;
const BEYOND = 6; // rows drawn above and below those in sight

export interface Sorting {
  field: string;
  descending: boolean;
}

interface Row {
  element: HTMLElement;
  /// What it was filled with: it is filled again only when that changes.
  shown: string;
}

export class RunTable {
  readonly element: HTMLElement;
  private readonly head = h("div", { role: "row", class: "row head-row" });
  private readonly body = h("div", { role: "rowgroup", class: "table-body" });
  private rows = new Map<number, Row>();
  private columns: Column[] = [];
  private active = 0;
  private anchor = 0;
  private frame = 0;
  private colorOf: (id: string) => string | undefined = () => undefined;
  private readonly observer: ResizeObserver;
  private readonly onSelection = () => this.draw();

  constructor(
    private readonly list: RunList,
    private sorting: Sorting,
    private readonly onSort: (sorting: Sorting) => void,
  ) {
    this.element = h(
      "div",
      {
        class: "table",
        role: "grid",
        "aria-label": "Runs",
        "aria-multiselectable": "true",
        on: { scroll: () => this.schedule(), keydown: (event) => this.key(event) },
      },
      h("div", { role: "rowgroup", class: "table-head" }, this.head),
      this.body,
    );
    this.observer = new ResizeObserver(() => this.schedule());
    this.observer.observe(this.element);
    selection.addEventListener("change", this.onSelection);
  }

  close(): void {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
    selection.removeEventListener("change", this.onSelection);
  }

  setColumns(columns: Column[], sorting: Sorting): void {
    this.columns = columns;
    this.sorting = sorting;
    const tracks = [
      "40px",
      "var(--name-width)",
      "var(--state-width)",
      ...columns.map((one) => `${Math.round(one.width)}px`),
    ];
    this.element.style.setProperty("--tracks", tracks.join(" "));
    this.fillHead();
    for (const row of this.rows.values()) row.shown = "";
    this.draw();
  }

  /// The colours of the curves beside the table.
  setColors(colorOf: (id: string) => string | undefined): void {
    this.colorOf = colorOf;
    this.draw();
  }

  focus(): void {
    this.rows.get(this.active)?.element.focus({ preventScroll: true });
  }

  toTop(): void {
    this.element.scrollTop = 0;
    this.active = 0;
    this.anchor = 0;
  }

  draw(): void {
    const { matching } = this.list;
    this.active = Math.max(0, Math.min(this.active, matching - 1));
    this.body.style.height = `${matching * ROW}px`;
    set(this.element, { "aria-rowcount": matching + 1, "aria-colcount": this.columns.length + 3 });
    const height = this.element.clientHeight - this.head.offsetHeight;
    const from = Math.max(0, Math.floor(this.element.scrollTop / ROW) - BEYOND);
    const to = Math.min(matching, Math.ceil((this.element.scrollTop + height) / ROW) + BEYOND);
    this.list.show(from, to);
    for (const [index, row] of this.rows) {
      // The active row stays, or the focus would be lost with it.
      if ((index < from || index >= to) && (index !== this.active || index >= matching)) {
        row.element.remove();
        this.rows.delete(index);
      }
    }
    for (let i = from; i < to; ++i) this.drawRow(i);
    if (matching > 0) this.drawRow(this.active);
  }

  private schedule(): void {
    // On paper the table is as high as its rows, so that it would grow with each that is drawn.
    if (matchMedia("print").matches) return;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  private drawRow(index: number): void {
    let row = this.rows.get(index);
    if (!row) {
      const element = h("div", { role: "row", class: "row", "aria-rowindex": index + 2 });
      element.style.transform = `translateY(${index * ROW}px)`;
      element.addEventListener("click", (event) => this.click(event, index));
      element.addEventListener("focus", () => this.activate(index, false));
      row = { element, shown: "" };
      this.rows.set(index, row);
      // In the order of the list, which readers follow.
      const after = [...this.rows.keys()].filter((other) => other > index).sort((a, b) => a - b)[0];
      this.body.insertBefore(element, after === undefined ? null : (this.rows.get(after)?.element ?? null));
    }
    const run = this.list.at(index);
    const chosen = run !== undefined && selection.has(run.id);
    const color = run ? (this.colorOf(run.id) ?? "") : "";
    row.element.tabIndex = index === this.active ? 0 : -1;
    const shown = run ? `${chosen} ${color} ${JSON.stringify(run)}` : "waiting";
    if (shown === row.shown) return;
    row.shown = shown;
    set(row.element, { "aria-selected": String(chosen) });
    replace(
      row.element,
      ...(run ? this.cells(run, chosen, color) : [h("div", { role: "gridcell", class: "cell waiting" })]),
    );
  }

  private cells(run: RunSummary, chosen: boolean, color: string): HTMLElement[] {
    const swatch = h("span", { class: "swatch" });
    if (color) swatch.style.background = color;
    const box = h("input", {
      type: "checkbox",
      checked: chosen,
      tabIndex: -1,
      "aria-label": `Select ${run.name || run.id}`,
    });
    const name = h("a", { href: runLink(run.id), tabindex: "-1", class: "run-name" }, run.name || run.id);
    const cells = [
      h("div", { role: "gridcell", class: "cell choose" }, box, swatch),
      h(
        "div",
        { role: "gridcell", class: "cell name-cell", title: run.note || run.name },
        name,
        h(
          "span",
          { class: "run-line" },
          run.name ? h("span", { class: "run-id" }, run.id) : null,
          ...(run.tags ?? []).map((tag) => h("span", { class: "tag" }, tag)),
        ),
      ),
      h("div", { role: "gridcell", class: "cell" }, stateCell(run)),
    ];
    for (const column of this.columns) cells.push(this.cell(run, column));
    return cells;
  }

  private cell(run: RunSummary, { field, right }: Column): HTMLDivElement {
    const text = cellText(run, field);
    const cell = h("div", {
      role: "gridcell",
      class: right ? "cell number" : "cell",
      title: cellHelp(run, field, text),
    });
    if (field === "tags" && text) cell.append(...(run.tags ?? []).map((tag) => h("span", { class: "tag" }, tag)));
    else cell.textContent = text;
    return cell;
  }

  private fillHead(): void {
    const all = h("input", {
      type: "checkbox",
      "aria-label": "Select the first 50 runs",
      on: {
        change: () =>
          selection.put(
            this.list.first(50).map((run) => run.id),
            all.checked,
          ),
      },
    });
    set(this.head, { "aria-rowindex": 1 });
    redraw(
      this.head,
      h("div", { role: "columnheader", class: "cell choose" }, all),
      this.headCell({ field: "name", title: "name", group: "", right: false, width: 0, help: "" }, "name-cell"),
      this.headCell({ field: "state", title: "state", group: "", right: false, width: 0, help: "" }, ""),
      ...this.columns.map((column) => this.headCell(column, column.right ? "number" : "")),
    );
  }

  private headCell(column: Column, kind: string): HTMLElement {
    const sorted = this.sorting.field === column.field;
    const button = h(
      "button",
      {
        type: "button",
        class: "head-button",
        title: [column.help, betterWord(column.field)].filter(Boolean).join(" "),
        on: { click: () => this.onSort(this.next(column.field)) },
      },
      column.group ? h("span", { class: "head-group" }, column.group) : null,
      h("span", { class: "head-title" }, column.title, sorted ? icon(this.sorting.descending ? "down" : "up") : null),
    );
    const direction = !sorted ? "none" : this.sorting.descending ? "descending" : "ascending";
    return h("div", { role: "columnheader", class: `cell ${kind}`, "aria-sort": direction }, button);
  }

  /// The best first, then the other way round, then the newest again.
  private next(field: string): Sorting {
    const first = field === "created" || meaningOf(field)?.better === "higher";
    if (this.sorting.field !== field) return { field, descending: first };
    if (this.sorting.descending === first) return { field, descending: !first };
    return { field: "", descending: false };
  }

  private click(event: MouseEvent, index: number): void {
    const target = event.target as HTMLElement;
    if (target.closest("a")) return;
    const run = this.list.at(index);
    if (!run) return;
    if (event.shiftKey) this.selectStretch(index);
    else selection.toggle(run.id);
    this.anchor = index;
    this.activate(index, true);
  }

  private selectStretch(index: number): void {
    const [from, to] = index < this.anchor ? [index, this.anchor] : [this.anchor, index];
    const ids: string[] = [];
    for (let i = from; i <= to; ++i) {
      const run = this.list.at(i);
      if (run) ids.push(run.id);
    }
    selection.put(ids, true);
  }

  private activate(index: number, focus: boolean): void {
    const before = this.active;
    this.active = Math.max(0, Math.min(index, this.list.matching - 1));
    if (before !== this.active) {
      const old = this.rows.get(before);
      if (old) old.element.tabIndex = -1;
    }
    if (focus) {
      this.scrollTo(this.active);
      this.draw();
      this.focus();
    }
  }

  private scrollTo(index: number): void {
    const top = index * ROW;
    const height = this.element.clientHeight - this.head.offsetHeight;
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    else if (top + ROW > this.element.scrollTop + height) this.element.scrollTop = top + ROW - height;
  }

  private key(event: KeyboardEvent): void {
    if ((event.target as HTMLElement).closest(".table-head")) return;
    const page = Math.max(1, Math.floor(this.element.clientHeight / ROW) - 2);
    const moves: Record<string, number> = {
      ArrowDown: this.active + 1,
      ArrowUp: this.active - 1,
      PageDown: this.active + page,
      PageUp: this.active - page,
      Home: 0,
      End: this.list.matching - 1,
    };
    const to = moves[event.key];
    const run = this.list.at(this.active);
    if (to !== undefined) {
      if (event.shiftKey) this.selectStretch(Math.max(0, Math.min(to, this.list.matching - 1)));
      this.activate(to, true);
      this.anchor = this.active;
    } else if (event.key === " " && run) {
      if (event.shiftKey) this.selectStretch(this.active);
      else selection.toggle(run.id);
      this.anchor = this.active;
    } else if (event.key === "Enter" && run) {
      location.hash = runLink(run.id);
    } else {
      return;
    }
    event.preventDefault();
  }
}
