// The log, followed to its end as long as the end is in sight. Of a long one the newest part is kept.

import { api, describe, isAbort } from "./api";
import { h, oneAtATime } from "./dom";
import { bytes } from "./format";
import type { Run } from "./types";
import type { Tab } from "./run_view";

const KEPT_CHARACTERS = 400_000;
const LONGEST_LINE = 10_000;
const TAIL_BYTES = 200_000;

/// Of a long text the end, from the beginning of a line; of one in hardly any lines, such as progress that was drawn
/// over itself, from anywhere.
function newest(text: string): string {
  if (text.length <= KEPT_CHARACTERS) return text;
  const from = text.length - KEPT_CHARACTERS / 2;
  const line = text.indexOf("\n", from) + 1;
  return text.slice(line > 0 && line - from < LONGEST_LINE ? line : from);
}

export class LogTab implements Tab {
  readonly element: HTMLElement;
  private readonly text = h("pre", {
    class: "log",
    tabindex: "0",
    role: "log",
    "aria-label": "Log",
    "aria-live": "off",
  });
  private readonly status = h("p", { class: "muted log-status" });
  private readonly control = new AbortController();
  private position: number | null = null;
  private readonly load = oneAtATime(() => this.follow());

  constructor(private readonly id: string) {
    this.element = h("div", { class: "log-tab" }, this.status, this.text);
  }

  update(_run: Run): void {
    void this.load();
  }

  close(): void {
    this.control.abort();
  }

  private async follow(): Promise<void> {
    try {
      const { signal } = this.control;
      for (;;) {
        // From -N on are the last N.
        const part = await api.log(this.id, this.position ?? -TAIL_BYTES, signal);
        if (this.position !== null && part.size < this.position) {
          this.position = 0; // it was begun anew
          this.text.textContent = "";
          continue;
        }
        this.append(part.text);
        const whole = part.to >= part.size || part.to === part.from;
        this.position = part.to;
        this.status.textContent = part.size === 0 ? "The log is empty so far." : bytes(part.size);
        if (whole) break;
      }
    } catch (error) {
      if (!isAbort(error)) this.status.textContent = describe(error);
    }
  }

  private append(text: string): void {
    if (!text) return;
    const atEnd = this.text.scrollHeight - this.text.scrollTop - this.text.clientHeight < 40;
    this.text.textContent = newest((this.text.textContent ?? "") + text);
    if (atEnd) this.text.scrollTop = this.text.scrollHeight;
  }
}
