// What metrics mean, asked for once.

import { api } from "./api";
import type { Fields, MetricMeaning } from "./types";

let meanings = new Map<string, MetricMeaning>();
let asked: Promise<void> | null = null;

export function loadMetrics(): Promise<void> {
  asked ??= api.metrics().then(
    ({ metrics }) => {
      meanings = new Map(metrics.map((metric) => [metric.name, metric]));
    },
    () => {
      asked = null; // asked again by the next view; without them, names stand alone
    },
  );
  return asked;
}

export function meaningOf(name: string): MetricMeaning | undefined {
  return meanings.get(name);
}

let ofWholeRun = new Set<string>();

export function learnMetrics(fields: Fields): void {
  ofWholeRun = new Set(fields.of_whole_run);
}

/// Whether it is measured once for a run, so that there is no curve of it.
export function isOfWholeRun(name: string): boolean {
  return ofWholeRun.has(name);
}

export function unitOf(name: string): string {
  return meanings.get(name)?.unit ?? "";
}

export function betterWord(name: string): string {
  const better = meanings.get(name)?.better;
  return better === "lower" ? "lower is better" : better === "higher" ? "higher is better" : "";
}

/// Those that people look at first.
const FIRST_METRICS = ["loss", "eval_loss", "train_loss", "eval_bits_per_byte", "learning_rate", "grad_norm"];

export function inOrder(names: string[]): string[] {
  const rank = (name: string) => {
    const at = FIRST_METRICS.indexOf(name);
    return at < 0 ? FIRST_METRICS.length : at;
  };
  return [...names].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}
