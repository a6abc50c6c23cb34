// The legend of curves, with each one's value under the pointer, or its newest. It is also the chart in words.

import { type Curve, nearest } from "./curve_data";
import { drawing, h, redraw, replace } from "./dom";
import { duration, measure, number } from "./format";
import { colorOf, dashOf } from "./palette";
import { runLink } from "./route";

export class Legend {
  readonly element: HTMLElement;
  private readonly at = h("span", { class: "legend-at" });
  private readonly body = h("tbody");
  private curves: Curve[] = [];
  private unit = "";
  private values: HTMLElement[] = [];
  private cursor: number | null = null;
  private frame = 0;
  readonly hidden = new Set<string>();

  onHidden: () => void = () => {};
  onHighlight: (key: string) => void = () => {};

  constructor() {
    const table = h(
      "table",
      { class: "legend-table" },
      h("caption", { class: "sr-only" }, "Curves with their values"),
      this.body,
    );
    this.element = h("div", { class: "legend", tabindex: "0", role: "group", "aria-label": "Legend" }, this.at, table);
  }

  show(curves: Curve[], unit: string): void {
    this.curves = curves;
    this.unit = unit;
    this.values = curves.map(() => h("td", { class: "number legend-value" }));
    for (const key of this.hidden) {
      if (!curves.some((curve) => curve.key === key)) this.hidden.delete(key);
    }
    redraw(this.body, ...curves.map((curve, i) => this.row(curve, i)));
    this.update();
  }

  /// The x under the pointer, or null for the newest values.
  point(x: number | null, axis: { title: string; seconds: boolean }): void {
    this.cursor = x;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      this.update();
      this.at.textContent =
        x === null ? "newest" : axis.seconds ? `at ${duration(x)}` : `${axis.title} ${rounded(x)}`;
    });
  }

  update(): void {
    this.curves.forEach((curve, i) => {
      const cell = this.values[i];
      if (!cell) return;
      const at = this.cursor === null ? curve.x.length - 1 : nearest(curve, this.cursor);
      replace(cell, at < 0 ? "" : measure(curve.y[at] ?? null, this.unit), this.spread(curve, at));
    });
    if (this.cursor === null) this.at.textContent = "newest";
  }

  private spread(curve: Curve, at: number): HTMLElement | null {
    const count = curve.count[at];
    if (at < 0 || count === undefined) return null;
    const ends = `${measure(curve.low[at] ?? null, this.unit)} to ${measure(curve.high[at] ?? null, this.unit)}`;
    return h("span", { class: "legend-spread" }, count > 1 ? `${ends}, N ${count}` : `N ${count}`);
  }

  private row(curve: Curve, index: number): HTMLElement {
    const [id] = curve.runs;
    const name =
      curve.runs.length === 1 && id ? h("a", { href: runLink(id) }, curve.label) : h("span", {}, curve.label);
    const toggle = h(
      "button",
      {
        type: "button",
        class: "legend-toggle",
        "aria-pressed": String(!this.hidden.has(curve.key)),
        "aria-label": `Show ${curve.label}`,
        on: {
          click: () => {
            if (!this.hidden.delete(curve.key)) this.hidden.add(curve.key);
            toggle.setAttribute("aria-pressed", String(!this.hidden.has(curve.key)));
            this.onHidden();
          },
        },
      },
      line(curve.color, this.curves.length),
    );
    return h(
      "tr",
      {
        on: {
          mouseenter: () => this.onHighlight(curve.key),
          mouseleave: () => this.onHighlight(""),
          focusin: () => this.onHighlight(curve.key),
          focusout: () => this.onHighlight(""),
        },
      },
      h("td", { class: "legend-key" }, toggle),
      h("th", { scope: "row", class: "legend-name" }, name),
      this.values[index],
    );
  }
}

function rounded(x: number): string {
  return Math.abs(x) >= 100 ? number(Math.round(x)) : number(Number(x.toPrecision(3)));
}

/// A piece of the curve: its colour, its dashes.
function line(color: number, curveCount: number): SVGSVGElement {
  const dashes = dashOf(color, curveCount).map((part) => part * 0.7);
  return drawing("0 0 22 8", "legend-line", {
    d: "M1 4h20",
    stroke: colorOf(color),
    "stroke-width": "2.5",
    "stroke-dasharray": dashes.join(" "),
  });
}
