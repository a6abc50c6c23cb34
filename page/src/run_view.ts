// One run: what it is, how far it is, and a tab for each kind of thing that is known of it.

import { api, isAbort } from "./api";
import { Curves } from "./curves";
import { h, oneAtATime, replace, set } from "./dom";
import { count, fullTime, measure, time } from "./format";
import { Labels } from "./labels";
import type { Change } from "./live";
import { inOrder, meaningOf, unitOf } from "./metrics";
import { currentRoute, setParameters } from "./route";
import { EnvironmentTab, FilesTab, MetricsTab } from "./run_facts";
import { LogTab } from "./run_log";
import { copyButton, failure, progressBar, stateBadge } from "./run_parts";
import { SamplesTab, sampleText } from "./run_samples";
import { SettingsTab } from "./run_settings";
import { selection } from "./selection";
import type { Progress, Run } from "./types";
import type { View } from "./view";

export interface Tab {
  readonly element: HTMLElement;
  /// With the run as it is now; called whenever something changed.
  update(run: Run): void;
  close(): void;
}

const TABS: [string, string, (id: string) => Tab][] = [
  ["", "Overview", (id) => new Overview(id)],
  ["metrics", "Metrics", () => new MetricsTab()],
  ["settings", "Settings", () => new SettingsTab()],
  ["samples", "Samples", (id) => new SamplesTab(id)],
  ["log", "Log", (id) => new LogTab(id)],
  ["files", "Files", (id) => new FilesTab(id)],
  ["environment", "Environment", () => new EnvironmentTab()],
];

const RUNNING_CARDS = ["loss", "eval_loss", "epoch", "learning_rate", "grad_norm", "tokens_per_second"];
const CARDS = [
  "eval_loss",
  "train_loss",
  "eval_bits_per_byte",
  "perplexity",
  "tokens_per_second",
  "train_runtime",
  "peak_memory_bytes",
];
const MOST_CARDS = 6;

export class RunView implements View {
  readonly title: string;
  readonly element: HTMLElement;
  private readonly heading = h("div", { class: "run-heading" });
  private readonly name = h("h1");
  private readonly state = h("div", { class: "run-state" });
  private readonly about = h("span", { class: "muted run-about" });
  private headingOf = ""; // the id of its run
  private readonly problem = h("div");
  private readonly panel = h("div", { class: "tab-panel", role: "tabpanel", id: "tab-panel", tabindex: "-1" });
  private readonly labels: Labels;
  private readonly tabButtons = new Map<string, HTMLButtonElement>();
  private tab: Tab | null = null;
  private run: Run | null = null;
  private control = new AbortController();
  private readonly load = oneAtATime(() => this.fetch());

  constructor(private readonly id: string) {
    this.title = id;
    this.labels = new Labels(id, () => void this.load());
    const tabs = h(
      "div",
      { class: "tabs", role: "tablist", "aria-label": "About this run", on: { keydown: (event) => this.key(event) } },
      ...TABS.map(([name, title]) => this.tabButton(name, title)),
    );
    this.element = h("div", { class: "run-view" }, this.heading, this.labels.element, this.problem, tabs, this.panel);
    this.open(currentRoute().parameters.get("tab") ?? "");
    void this.load();
  }

  close(): void {
    this.control.abort();
    this.tab?.close();
  }

  onChange(change: Change): void {
    if (
      change.changed.length === 0 ||
      change.changed.includes(this.id) ||
      this.run?.id === undefined ||
      change.changed.includes(this.run.id)
    )
      void this.load();
  }

  private async fetch(): Promise<void> {
    try {
      this.run = await api.run(this.id, this.control.signal);
      replace(this.problem);
      this.element.classList.remove("missing");
      this.drawHeading(this.run);
      this.labels.show(this.run);
      this.tab?.update(this.run);
      document.title = `${this.run.name || this.run.id} – Folio`;
    } catch (error) {
      if (!isAbort(error)) this.fail(error);
    }
  }

  private fail(error: unknown): void {
    const back = h("p", {}, h("a", { class: "button", href: "#/runs" }, "All runs"));
    replace(this.problem, failure(error), this.run ? null : back);
    this.element.classList.toggle("missing", this.run === null);
  }

  private drawHeading(run: Run): void {
    const about = [
      run.model ? `model ${run.model}` : "",
      run.created ? `started ${time(run.created)}` : "",
      run.experiment_file ? (run.experiment_file.split("/").pop() ?? "") : "",
    ].filter(Boolean);
    this.name.textContent = run.name || run.id;
    replace(this.state, stateBadge(run.state), run.state === "running" ? runningBar(run) : null);
    this.about.textContent = about.join("  ·  ");
    this.about.title = fullTime(run.created);
    // Twice a second while it trains: what can be pressed stays the same, or the focus would be lost with it.
    if (this.headingOf === run.id) return;
    this.headingOf = run.id;
    replace(
      this.heading,
      this.name,
      copyButton(run.id, "the id"),
      this.state,
      this.about,
      h("span", { class: "space" }),
      this.selectButton(run.id),
    );
  }

  private selectButton(id: string): HTMLElement {
    const button = h("button", { type: "button", class: "button" });
    const draw = () => {
      const on = selection.has(id);
      set(button, { "aria-pressed": String(on) });
      button.textContent = on ? "Selected to compare" : "Select to compare";
    };
    button.addEventListener("click", () => {
      selection.toggle(id);
      draw();
    });
    draw();
    return button;
  }

  private tabButton(name: string, title: string): HTMLButtonElement {
    const button = h(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${name || "overview"}`,
        "aria-controls": "tab-panel",
        tabindex: "-1",
        on: {
          click: () => {
            setParameters({ tab: name });
            this.open(name);
          },
        },
      },
      title,
    );
    this.tabButtons.set(name, button);
    return button;
  }

  private open(name: string): void {
    const [key, , make] = TABS.find(([one]) => one === name) ?? (TABS[0] as (typeof TABS)[number]);
    for (const [one, button] of this.tabButtons) {
      set(button, { "aria-selected": String(one === key), tabindex: one === key ? "0" : "-1" });
    }
    this.tab?.close();
    this.tab = make(this.id);
    set(this.panel, { "aria-labelledby": `tab-${key || "overview"}` });
    replace(this.panel, this.tab.element);
    if (this.run) this.tab.update(this.run);
  }

  private key(event: KeyboardEvent): void {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const buttons = [...this.tabButtons.values()];
    const now = buttons.findIndex((button) => button.getAttribute("aria-selected") === "true");
    const next = buttons[(now + step + buttons.length) % buttons.length];
    next?.click();
    next?.focus();
  }
}

function runningBar(run: Run): HTMLElement | null {
  if (run.progress) return progressBar(run.progress);
  const step = run.metrics["global_step"];
  const steps = run.facts?.["planned_steps"];
  if (typeof step !== "number") return null;
  const progress: Progress = { step, steps: typeof steps === "number" ? steps : null };
  return progressBar(progress);
}

/// The figures that people look at first, the curves, and the newest of what the model writes.
class Overview implements Tab {
  readonly element: HTMLElement;
  private readonly cards = h("div", { class: "cards" });
  private readonly curves = new Curves(["loss"], false);
  private readonly sample = h("section", { class: "card-section", hidden: true, "aria-label": "Newest sample" });
  private readonly error = h("div");
  private last = "";

  constructor(id: string) {
    this.curves.setRuns([id]);
    this.element = h(
      "div",
      { class: "overview" },
      this.error,
      this.cards,
      h("div", { class: "overview-columns" }, this.curves.element, this.sample),
    );
  }

  update(run: Run): void {
    const cards = run.state === "running" ? RUNNING_CARDS : CARDS;
    const names = cards.filter((name) => run.metrics[name] !== undefined);
    if (names.length === 0) names.push(...inOrder(Object.keys(run.metrics)).slice(0, MOST_CARDS));
    replace(
      this.cards,
      ...names
        .slice(0, MOST_CARDS)
        .map((name) =>
          h(
            "div",
            { class: "card", title: meaningOf(name)?.meaning },
            h("div", { class: "card-name" }, name),
            h("div", { class: "card-value" }, measure(run.metrics[name], unitOf(name))),
            h("div", { class: "card-unit" }, ["s", "bytes"].includes(unitOf(name)) ? "" : unitOf(name)),
          ),
        ),
    );
    this.curves.setMetrics(Object.keys(run.metrics));
    const errorText =
      typeof run.error === "string"
        ? run.error
        : ((run.error as { message?: string } | null | undefined)?.message ?? "");
    replace(
      this.error,
      errorText ? h("div", { class: "failure" }, h("strong", {}, "Why it failed: "), errorText) : null,
    );
    this.sample.hidden = !run.sample;
    if (run.sample) {
      replace(
        this.sample,
        h("h2", {}, "Newest sample"),
        h("p", { class: "muted" }, `after ${count(run.sample.step, "step")}`),
        sampleText(run.sample),
      );
    }
    const now = JSON.stringify([run.state, run.metrics["global_step"], run.metrics["loss"]]);
    if (this.last && (now !== this.last || run.state === "running")) void this.curves.tick([]);
    this.last = now;
  }

  close(): void {
    this.curves.close();
  }
}
