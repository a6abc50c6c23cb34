// Runs side by side: of two whether they may be compared and what that shows, as `runner diff` says it; of more the
// table of `runner compare`.

import { api, isAbort } from "./api";
import { fetchFields } from "./columns";
import { ComparisonTable } from "./comparison_table";
import { Curves } from "./curves";
import { differenceParts } from "./difference";
import { h, oneAtATime, redraw, replace } from "./dom";
import type { Change } from "./live";
import { currentRoute } from "./route";
import { command, empty, failure } from "./run_parts";
import { selection } from "./selection";
import type { View } from "./view";

const AGAIN_MS = 2000;

export class CompareView implements View {
  readonly title = "Compare";
  readonly element = h("div", { class: "compare-view" });
  private readonly ids: string[];
  private readonly result = h(
    "div",
    { class: "compare-result", "aria-busy": "true" },
    h("p", { class: "muted" }, "Comparing …"),
  );
  private readonly below = h("div");
  private readonly curves: Curves | null = null;
  private readonly control = new AbortController();
  private group: boolean;
  private readonly load = oneAtATime(() => this.fetch());
  private timer = 0;
  private shown = "";

  constructor() {
    const { parameters } = currentRoute();
    this.ids = [...new Set(parameters.getAll("run"))];
    this.group = parameters.has("group");
    if (this.ids.length > 0) selection.set(this.ids);
    if (this.ids.length < 2) {
      this.element.append(h("h1", {}, "Compare"), this.tooFew());
      return;
    }
    this.curves = new Curves(["loss"], false);
    this.curves.setRuns(this.ids);
    void fetchFields(this.control.signal).then(
      ({ metrics }) => this.curves?.setMetrics(metrics),
      () => undefined,
    );
    this.element.append(this.heading(), this.result, h("h2", {}, "Curves"), this.curves.element, this.below);
    void this.load();
  }

  close(): void {
    clearTimeout(this.timer);
    this.control.abort();
    this.curves?.close();
  }

  onChange(change: Change): void {
    if (!this.curves || (change.changed.length > 0 && !change.changed.some((id) => this.ids.includes(id)))) return;
    void this.curves.tick(change.changed);
    this.timer ||= window.setTimeout(() => {
      this.timer = 0;
      void this.load();
    }, AGAIN_MS);
  }

  private tooFew(): HTMLElement {
    return empty(
      this.ids.length === 0 ? "No runs are selected." : "One run alone cannot be compared.",
      h("p", {}, h("a", { class: "button primary", href: "#/runs" }, "Select runs in the list")),
      h("p", { class: "muted" }, "Or in a terminal, for the two newest:"),
      command("./runner diff"),
    );
  }

  private heading(): HTMLElement {
    const group = h(
      "button",
      {
        type: "button",
        class: "toggle",
        "aria-pressed": String(this.group),
        hidden: this.ids.length === 2,
        on: {
          click: () => {
            this.group = !this.group;
            group.setAttribute("aria-pressed", String(this.group));
            this.curves?.setGroup(this.group);
            void this.load();
          },
        },
      },
      "Group seeds",
    );
    return h(
      "div",
      { class: "run-heading" },
      h("h1", {}, this.ids.length === 2 ? "Two runs compared" : `${this.ids.length} runs compared`),
      h("span", { class: "space" }),
      group,
    );
  }

  private async fetch(): Promise<void> {
    try {
      const { signal } = this.control;
      const [a, b] = this.ids as [string, string];
      const answer =
        this.ids.length === 2 ? await api.diff(a, b, signal) : await api.compare(this.ids, this.group, signal);
      const key = JSON.stringify(answer);
      if (key === this.shown) return;
      this.shown = key;
      if ("rows" in answer) {
        redraw(this.result, ...new ComparisonTable(answer).parts());
        return;
      }
      const { above, below } = differenceParts(answer);
      redraw(this.result, ...above);
      redraw(this.below, ...below);
    } catch (error) {
      if (isAbort(error)) return;
      this.shown = ""; // the next answer is shown, be it the one before
      replace(this.result, failure(error));
      replace(this.below);
    } finally {
      this.result.removeAttribute("aria-busy");
    }
  }
}
