// News of the store. The server's stream says that something changed; it is read with fetch(), since EventSource
// cannot send the token. Where all streams are taken, the page asks now and then instead.

import { ApiError, api, request } from "./api";

export interface Change {
  version: number;
  /// Ids of runs; empty where that is not known, which means any.
  changed: string[];
}

export type Connection = "live" | "polling" | "lost";

const LONGEST_WAIT_S = 30;
const SILENCE_MS = 40_000; // the server writes at least every 15 s
const POLL_MS = 3000;
const POLLS = 20; // before the stream is tried again
// A browser has six connections to a server for all its tabs together; those that nobody sees leave theirs to others.
const HIDDEN_MS = 3000;
const LONGEST_MESSAGE = 1 << 20;

export class Live {
  private wait_s = 1;
  private version = -1;
  private control = new AbortController();

  constructor(
    private readonly onChange: (change: Change) => void,
    private readonly onConnection: (state: Connection, seconds: number) => void,
  ) {}

  async run(): Promise<never> {
    this.leaveWhenHidden();
    for (;;) {
      await visible();
      try {
        await this.readStream();
        this.wait_s = 1;
      } catch (error) {
        if (error instanceof ApiError && error.status === 503) {
          await this.poll();
          continue;
        }
      }
      if (document.hidden) continue;
      this.onConnection("lost", this.wait_s);
      await sleep(this.wait_s * 1000);
      this.wait_s = Math.min(this.wait_s * 2, LONGEST_WAIT_S);
    }
  }

  private leaveWhenHidden(): void {
    let timer = 0;
    document.addEventListener("visibilitychange", () => {
      clearTimeout(timer);
      if (document.hidden) timer = window.setTimeout(() => this.control.abort(), HIDDEN_MS);
    });
  }

  /// Until the stream ends or falls silent.
  private async readStream(): Promise<void> {
    const control = new AbortController();
    this.control = control;
    let timer = 0;
    const alive = () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => control.abort(), SILENCE_MS);
    };
    try {
      alive();
      const response = await request("stream", {}, { signal: control.signal });
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      if (!reader) return;
      this.onConnection("live", 0);
      this.version = -1; // what happened meanwhile is not known
      let text = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        alive();
        this.wait_s = 1;
        text = this.take(text + value);
        if (text.length > LONGEST_MESSAGE) throw new Error("the stream is none");
      }
    } finally {
      clearTimeout(timer);
      control.abort();
    }
  }

  /// Handles the whole messages, returns the rest.
  private take(text: string): string {
    const messages = text.split(/\r?\n\r?\n/);
    const rest = messages.pop() ?? "";
    for (const message of messages) {
      const data = message
        .split(/\r?\n/)
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(5).trim())
        .join("\n");
      if (!data) continue; // a heartbeat
      const change = JSON.parse(data) as Partial<Change>;
      this.tell(change.version ?? -1, change.changed ?? []);
    }
    return rest;
  }

  private tell(version: number, changed: string[]): void {
    if (version === this.version && changed.length === 0) return;
    this.version = version;
    this.onChange({ version, changed });
  }

  private async poll(): Promise<void> {
    for (let i = 0; i < POLLS && !document.hidden; ++i) {
      try {
        const { version } = await api.runs({ limit: 1 });
        this.onConnection("polling", 0);
        if (version !== this.version) this.tell(version, []);
      } catch {
        return; // run() waits and says so
      }
      await sleep(POLL_MS);
    }
  }
}

function visible(): Promise<void> {
  return new Promise((resolve) => {
    if (!document.hidden) resolve();
    else document.addEventListener("visibilitychange", () => resolve(), { once: true });
  });
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
