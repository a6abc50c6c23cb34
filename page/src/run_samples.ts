// The texts that the model wrote while it learned, the newest first.

import { api, describe, isAbort } from "./api";
import { h, oneAtATime, redraw, replace } from "./dom";
import { count } from "./format";
import { command, empty } from "./run_parts";
import type { Run, Sample } from "./types";
import type { Tab } from "./run_view";

const SHOWN = 50;

export function sampleText(sample: Sample): HTMLElement {
  return h("blockquote", { class: "sample" }, h("span", { class: "prompt" }, sample.prompt), sample.text);
}

export class SamplesTab implements Tab {
  readonly element = h("div", { class: "samples" });
  private readonly control = new AbortController();
  private readonly load = oneAtATime(() => this.fetch());
  private run: Run | null = null;
  private newest = -1;
  private shown = SHOWN;
  private samples: Sample[] = [];

  constructor(private readonly id: string) {}

  update(run: Run): void {
    this.run = run;
    if (run.sample && run.sample.step === this.newest) return;
    void this.load();
  }

  close(): void {
    this.control.abort();
  }

  private async fetch(): Promise<void> {
    try {
      this.samples = (await api.samples(this.id, this.control.signal)).samples;
      this.samples.sort((a, b) => b.step - a.step);
      this.newest = this.samples[0]?.step ?? -1;
      this.draw();
    } catch (error) {
      if (!isAbort(error)) replace(this.element, empty(describe(error)));
    }
  }

  private draw(): void {
    if (this.samples.length === 0) {
      const file = this.run?.experiment_file ?? "FILE";
      replace(
        this.element,
        empty(
          "This run wrote no text while it learned. One that does:",
          command(`./runner ${file.split("/").slice(-2).join("/")} training.sample_every=50`),
        ),
      );
      return;
    }
    const rows = this.samples
      .slice(0, this.shown)
      .map((sample) =>
        h(
          "article",
          { class: "sample-row" },
          h("h2", { class: "sample-step" }, count(sample.step, "step")),
          sampleText(sample),
        ),
      );
    const more = this.samples.length - this.shown;
    redraw(
      this.element,
      ...rows,
      more > 0
        ? h(
            "button",
            {
              type: "button",
              class: "button",
              on: {
                click: () => {
                  this.shown += SHOWN;
                  this.draw();
                },
              },
            },
            `Show ${Math.min(more, SHOWN)} older`,
          )
        : null,
    );
  }
}
