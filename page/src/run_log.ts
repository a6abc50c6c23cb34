// The log, followed to its end as long as the end is in sight. Of a long one the newest part is kept.

import { api, describe, isAbort } from "./api";
import { h } from "./dom";
import { bytes } from "./format";
import type { Run } from "./types";
import type { Tab } from "./run_view";

const KEPT_CHARACTERS = 400_000;
const TAIL_BYTES = 200_000;

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
  private busy = false;
  private again = false;

  constructor(private readonly id: string) {
    this.element = h("div", { class: "log-tab" }, this.status, this.text);
  }

  update(_run: Run): void {
    if (this.busy) this.again = true;
    else void this.follow();
  }

  close(): void {
    this.control.abort();
  }

  private async follow(): Promise<void> {
    this.busy = true;
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
    } finally {
      this.busy = false;
      if (this.again && !this.control.signal.aborted) {
        this.again = false;
        void this.follow();
      }
    }
  }

  private append(text: string): void {
    if (!text) return;
    const atEnd = this.text.scrollHeight - this.text.scrollTop - this.text.clientHeight < 40;
    let all = (this.text.textContent ?? "") + text;
    if (all.length > KEPT_CHARACTERS) all = all.slice(all.indexOf("\n", all.length - KEPT_CHARACTERS / 2) + 1);
    this.text.textContent = all;
    if (atEnd) this.text.scrollTop = this.text.scrollHeight;
  }
}
