// The list from which columns are chosen.

import { DEFAULT_COLUMNS, DIFFER } from "./columns";
import { h, icon, redraw, uniqueId } from "./dom";
import { inOrder, meaningOf } from "./metrics";
import type { Fields } from "./types";

export class ColumnChooser {
  readonly element: HTMLElement;
  private readonly panel: HTMLElement;
  private readonly lists = h("div", { class: "chooser-lists" });
  private readonly search: HTMLInputElement;
  private readonly button: HTMLButtonElement;

  constructor(
    private readonly fields: () => Promise<Fields>,
    private readonly chosen: () => string[],
    private readonly onChange: (columns: string[]) => void,
  ) {
    const id = uniqueId("chooser");
    this.search = h("input", {
      type: "search",
      placeholder: "Find a metric or setting",
      "aria-label": "Find a column",
      on: { input: () => void this.fill() },
    });
    const reset = h(
      "button",
      {
        type: "button",
        class: "link-button",
        on: { click: () => this.change(DEFAULT_COLUMNS) },
      },
      "Reset",
    );
    this.panel = h(
      "div",
      {
        class: "popover",
        id,
        popover: "auto",
        role: "dialog",
        "aria-label": "Columns",
        on: { toggle: (event) => this.toggled(event as ToggleEvent) },
      },
      h("div", { class: "chooser-head" }, this.search, reset),
      this.lists,
    );
    this.button = h(
      "button",
      { type: "button", class: "button", popovertarget: id, "aria-expanded": "false" },
      icon("columns"),
      "Columns",
    );
    this.element = h("div", { class: "chooser" }, this.button, this.panel);
  }

  private toggled(event: ToggleEvent): void {
    const open = event.newState === "open";
    this.button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    const box = this.button.getBoundingClientRect();
    this.panel.style.top = `${box.bottom + 6}px`;
    this.panel.style.left = `${Math.max(8, Math.min(box.left, innerWidth - this.panel.offsetWidth - 8))}px`;
    this.search.value = "";
    this.search.focus();
    void this.fill();
  }

  private async fill(): Promise<void> {
    const fields = await this.fields().catch(() => ({ metrics: [], settings: [], other: [] }));
    const wanted = this.search.value.trim().toLowerCase();
    const fits = (field: string) => field.toLowerCase().includes(wanted);
    const other = fields.other.filter((field) => field !== "name" && field !== "state");
    const groups: [string, string[]][] = [
      ["Run", other.filter(fits)],
      ["Metrics", inOrder(fields.metrics).filter(fits)],
      ["Settings", fields.settings.filter(fits)],
    ];
    const parts: Node[] = wanted ? [] : [this.choice(DIFFER, "Settings that differ", "among the runs in the list")];
    for (const [title, names] of groups) {
      if (names.length === 0) continue;
      parts.push(h("h3", {}, title), ...names.map((name) => this.choice(name, name, meaningOf(name)?.meaning ?? "")));
    }
    if (parts.length === 0) parts.push(h("p", { class: "muted" }, "No run has such a metric or setting."));
    redraw(this.lists, ...parts);
  }

  private choice(field: string, title: string, help: string): HTMLElement {
    const box = h("input", {
      type: "checkbox",
      "data-key": field,
      checked: this.chosen().includes(field),
      on: {
        change: () => {
          const others = this.chosen().filter((one) => one !== field);
          this.change(box.checked ? [...others, field] : others);
        },
      },
    });
    return h("label", { class: "choice", title: help }, box, h("span", {}, title));
  }

  private change(columns: string[]): void {
    this.onChange(columns);
    void this.fill();
  }
}
