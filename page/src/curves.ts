// Curves of some runs: what is on the axes, the chart, its legend. Of runs in progress it fetches only what is new.

import { type Parameters, api, describe, isAbort, isRefusal } from "./api";
import { Chart } from "./chart";
import { type Curve, curveOf, extend } from "./curve_data";
import { debounced, h, replace } from "./dom";
import { Legend } from "./legend";
import { betterWord, inOrder, isOfWholeRun, meaningOf, unitOf } from "./metrics";
import { currentRoute, setParameters } from "./route";
import type { Plot } from "./types";

const POINTS = 1000;
/// Runs in one request for what is new: with how far each is known they still fit into an address.
const MOST_ASKED = 50;
const AXES: [string, string][] = [
  ["steps", "Steps"],
  ["tokens", "Tokens"],
  ["epochs", "Epochs"],
  ["time", "Time"],
];

export interface Look {
  metric: string;
  x: string;
  smoothing: number;
  logX: boolean;
  logY: boolean;
  group: boolean;
}

function lookOfRoute(): Look {
  const { parameters } = currentRoute();
  const x = parameters.get("x") ?? "steps";
  const smoothing = Number(parameters.get("smoothing"));
  return {
    metric: parameters.get("metric") ?? "loss",
    x: AXES.some(([name]) => name === x) ? x : "steps",
    smoothing: smoothing >= 0 && smoothing < 1 ? smoothing : 0,
    logX: parameters.has("log_x"),
    logY: parameters.has("log_y"),
    group: parameters.has("group"),
  };
}

export class Curves {
  readonly element: HTMLElement;
  private readonly host = h("div", { class: "chart" });
  private readonly chart = new Chart(this.host);
  private readonly legend = new Legend();
  private readonly notes = h("div", { class: "chart-notes" });
  private readonly status = h("div", { class: "chart-status", role: "status" });
  private readonly heading = h("span", { class: "chart-title" });
  private readonly zoomOut: HTMLButtonElement;
  private readonly metric: HTMLSelectElement;
  private readonly tools: HTMLElement;
  private look = lookOfRoute();
  private ids: string[] = [];
  private curves: Curve[] = [];
  private axis = { title: "step", seconds: false };
  private cursors = new Map<string, string>(); // the step that each run is known to, by id
  private due = new Set<string>(); // runs that may have something new
  private control = new AbortController();
  private busy = false;
  private readonly reload = debounced(80, () => void this.load());
  private readonly onTheme = () => this.paint();

  /// Told which run has which colour, whenever that changes.
  onColors: (colors: Map<string, number>) => void = () => {};

  constructor(
    private metrics: string[],
    canGroup: boolean,
  ) {
    this.metric = h("select", {
      "aria-label": "Metric",
      on: { change: () => this.change({ metric: this.metric.value }) },
    });
    this.fillMetrics();
    this.zoomOut = h(
      "button",
      {
        type: "button",
        class: "button small",
        hidden: true,
        on: { click: () => this.chart.resetZoom() },
      },
      "Show all",
    );
    this.tools = this.toolbar(canGroup);
    this.chart.onZoom = (zoomed) => (this.zoomOut.hidden = !zoomed);
    this.chart.onCursor = (x) => this.legend.point(x, this.axis);
    this.legend.onHidden = () => this.chart.setHidden(this.legend.hidden);
    this.legend.onHighlight = (label) => this.chart.highlight(label);
    document.addEventListener("folio-theme", this.onTheme);
    this.element = h(
      "section",
      { class: "curves nothing", "aria-label": "Curves" },
      this.tools,
      h("div", { class: "chart-head" }, this.heading, this.zoomOut),
      this.status,
      this.host,
      this.legend.element,
      this.notes,
    );
  }

  close(): void {
    this.control.abort();
    this.reload.cancel();
    document.removeEventListener("folio-theme", this.onTheme);
    this.chart.close();
  }

  setMetrics(names: string[]): void {
    if (names.join() === this.metrics.join()) return; // somebody may have the list open
    this.metrics = names;
    this.fillMetrics();
  }

  setGroup(group: boolean): void {
    this.change({ group });
  }

  setRuns(ids: string[]): void {
    if (ids.length === this.ids.length && ids.every((id, i) => id === this.ids[i])) return;
    this.ids = [...ids];
    this.reload();
  }

  /// Fetches what is new of these runs, of all where none is named.
  async tick(changed: string[]): Promise<void> {
    for (const id of this.ids) if (changed.length === 0 || changed.includes(id)) this.due.add(id);
    if (this.due.size === 0 || this.busy) return;
    // Of groups every point is made of several runs, so that they come whole.
    if (this.look.group || this.cursors.size === 0) return this.load();
    const due = [...this.due];
    this.due.clear();
    this.busy = true;
    const { signal } = this.control;
    try {
      for (let i = 0; i < due.length; i += MOST_ASKED) await this.extend(due.slice(i, i + MOST_ASKED), signal);
      this.say("");
    } catch (error) {
      if (!isAbort(error)) this.say(describe(error));
    } finally {
      if (!signal.aborted) this.done();
    }
  }

  private done(): void {
    this.busy = false;
    if (this.due.size > 0) void this.tick([...this.due]);
  }

  private async extend(runs: string[], signal: AbortSignal): Promise<void> {
    // A run that was asked for by its name has its cursor under its id.
    const known = [...this.cursors].filter(([id]) => runs.includes(id) || !this.ids.includes(id));
    try {
      const after = known.map(([id, step]) => `${id}:${step}`).join(",");
      const plot = await api.plot(this.parameters(runs, { after }), signal);
      if (signal.aborted) return;
      this.keepCursor(plot);
      if (extend(this.curves, plot, POINTS)) this.reload();
      else if (plot.curves.some((curve) => curve.points.length > 0)) {
        this.chart.refresh();
        this.legend.update();
      }
    } catch (error) {
      if (known.length > 0 || !isRefusal(error)) throw error; // else they have logged nothing yet
    }
  }

  private keepCursor({ cursor }: Plot): void {
    for (const part of cursor.split(",").filter(Boolean)) {
      const colon = part.lastIndexOf(":");
      this.cursors.set(part.slice(0, colon), part.slice(colon + 1));
    }
  }

  private parameters(run: string[], more: Parameters = {}): Parameters {
    const { metric, x, smoothing, logX, logY, group } = this.look;
    return { run, metric, x, smoothing, group, log_x: logX, log_y: logY, points: POINTS, ...more };
  }

  private async load(): Promise<void> {
    this.control.abort();
    this.control = new AbortController();
    const { signal } = this.control;
    this.busy = true;
    this.due.clear();
    try {
      const plot = this.ids.length > 0 ? await api.plot(this.parameters(this.ids), signal) : null;
      if (signal.aborted) return;
      this.take(plot);
      this.say("");
    } catch (error) {
      if (isAbort(error) || signal.aborted) return;
      if (isRefusal(error)) this.take(null); // there is no such curve: what was drawn was of another question
      this.say(describe(error));
    } finally {
      if (!signal.aborted) this.done();
    }
  }

  /// Draws this plot, or nothing.
  private take(plot: Plot | null): void {
    this.cursors.clear();
    this.curves = plot?.curves.map((curve) => curveOf(curve, plot)) ?? [];
    replace(this.notes, ...(plot?.notes ?? []).slice(0, 8).map((note) => h("p", {}, note)));
    if (plot) {
      this.keepCursor(plot);
      this.axis = { title: plot.x_title, seconds: plot.x === "time" };
    }
    this.paint();
  }

  private paint(): void {
    const { metric, logX, logY } = this.look;
    const { title: xTitle, seconds } = this.axis;
    this.chart.show(this.curves, { xTitle, yTitle: metric, logX, logY, seconds });
    this.legend.show(this.curves, unitOf(metric));
    const unit = unitOf(metric);
    replace(
      this.heading,
      h("strong", {}, metric),
      unit ? h("span", { class: "muted" }, `  ${unit}`) : null,
      betterWord(metric) ? h("span", { class: "muted" }, `  ·  ${betterWord(metric)}`) : null,
    );
    this.heading.title = meaningOf(metric)?.meaning ?? "";
    this.element.classList.toggle("nothing", this.curves.length === 0);
    this.onColors(new Map(this.curves.flatMap((curve) => curve.runs.map((id) => [id, curve.color] as const))));
  }

  private say(text: string): void {
    this.status.textContent = text;
  }

  private change(change: Partial<Look>): void {
    this.look = { ...this.look, ...change };
    const { metric, x, smoothing, logX, logY, group } = this.look;
    setParameters({
      metric: metric === "loss" ? undefined : metric,
      x: x === "steps" ? undefined : x,
      smoothing: smoothing ? String(smoothing) : undefined,
      log_x: logX ? "1" : undefined,
      log_y: logY ? "1" : undefined,
      group: group ? "1" : undefined,
    });
    this.reload();
  }

  private fillMetrics(): void {
    const names = inOrder([...new Set([...this.metrics, this.look.metric])]);
    const options = (of: string[]) =>
      of.map((name) => h("option", { value: name, selected: name === this.look.metric }, name));
    const single = names.filter(isOfWholeRun);
    replace(
      this.metric,
      ...options(names.filter((name) => !isOfWholeRun(name))),
      single.length > 0 ? h("optgroup", { label: "One value for a run" }, ...options(single)) : null,
    );
  }

  private toolbar(canGroup: boolean): HTMLElement {
    const x = h(
      "select",
      { "aria-label": "Along the x axis", on: { change: () => this.change({ x: x.value }) } },
      ...AXES.map(([value, title]) => h("option", { value, selected: value === this.look.x }, title)),
    );
    const shown = h("output", { class: "slider-value" }, this.look.smoothing.toFixed(2));
    const slider = h("input", {
      type: "range",
      min: 0,
      max: 0.99,
      step: 0.01,
      "aria-label": "Smoothing",
      on: {
        input: () => {
          shown.textContent = Number(slider.value).toFixed(2);
          this.change({ smoothing: Number(slider.value) });
        },
      },
    });
    slider.value = String(this.look.smoothing);
    return h(
      "div",
      { class: "toolbar" },
      this.metric,
      h("label", { class: "tool" }, h("span", {}, "over"), x),
      h("label", { class: "tool" }, h("span", {}, "Smoothing"), slider, shown),
      this.toggle("Log x", this.look.logX, (logX) => this.change({ logX })),
      this.toggle("Log y", this.look.logY, (logY) => this.change({ logY })),
      canGroup ? this.toggle("Group", this.look.group, (group) => this.change({ group })) : null,
    );
  }

  private toggle(title: string, on: boolean, onChange: (on: boolean) => void): HTMLElement {
    const button = h(
      "button",
      {
        type: "button",
        class: "toggle",
        "aria-pressed": String(on),
        on: {
          click: () => {
            const next = button.getAttribute("aria-pressed") !== "true";
            button.setAttribute("aria-pressed", String(next));
            onChange(next);
          },
        },
      },
      title,
    );
    return button;
  }
}
