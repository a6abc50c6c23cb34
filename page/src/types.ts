// What the server answers: the JSON of `runner ... --json`, as docs/output.schema.json has it. Only what the page uses.

/// A number, or "NaN", "Infinity" or "-Infinity".
export type JsonNumber = number | "NaN" | "Infinity" | "-Infinity";
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Metrics = Record<string, JsonNumber>;

export interface Progress {
  step: number;
  steps?: number | null;
  seconds_left?: number | null;
}

export interface RunSummary {
  id: string;
  name: string;
  state: string;
  model?: string;
  created?: string | null;
  experiment_file?: string;
  tags?: string[];
  note?: string;
  metrics: Metrics;
  progress?: Progress | null;
  settings?: Record<string, Json>;
}

export interface RunPage {
  runs: RunSummary[];
  total: number;
  matching: number;
  version: number;
  differing?: string[];
}

export interface Sample {
  step: number;
  prompt: string;
  text: string;
}

export interface Run extends Omit<RunSummary, "settings"> {
  settings?: { [key: string]: Json };
  origins?: Record<string, string>;
  environment?: Record<string, Json>;
  facts?: Record<string, Json>;
  plugins?: { id: string; kind: string; version: string; library_hash?: string }[];
  command?: string[];
  folder?: string;
  folio_version?: string;
  git_commit?: string;
  error?: Json;
  sample?: Sample;
}

export interface MetricMeaning {
  name: string;
  meaning: string;
  definition: string;
  unit: string;
  better: "lower" | "higher" | "none" | null;
}

export type Point = [x: JsonNumber, y: JsonNumber, low?: JsonNumber, high?: JsonNumber, count?: number];

export interface PlotCurve {
  label: string;
  color: number;
  runs: string[];
  points: Point[];
  total_points: number;
  thinned: boolean;
  last_step: number;
}

export interface Plot {
  metric: string;
  unit: string;
  direction: string;
  x: string;
  x_title: string;
  y_title: string;
  curves: PlotCurve[];
  notes: string[];
  cursor: string;
  /// How often each run was, by id.
  resumed: Record<string, number>;
}

export interface MetricDifference {
  a: JsonNumber | null;
  b: JsonNumber | null;
  better: "a" | "b" | null;
  leader: "a" | "b" | null;
  chance: { difference: number; from: string } | null;
  comparable: string;
  difference: JsonNumber | null;
  ratio: JsonNumber | null;
  outcome: string;
  meaning: string;
  unit: string;
  direction: string;
}

export interface Difference {
  a: { id: string; name: string };
  b: { id: string; name: string };
  /// False where their losses cannot be compared.
  comparable: boolean | "partly";
  reasons: { fact: string; finding: string; a?: string; b?: string; meaning: string }[];
  settings: Record<string, { a?: Json; b?: Json }>;
  metrics: Record<string, MetricDifference>;
  shows: string;
  does_not_show: string;
  next?: { command: string; purpose: string }[];
}

export interface Spread {
  count: number;
  mean: JsonNumber | null;
  deviation: JsonNumber | null;
}

export interface ComparisonRow {
  id?: string;
  name?: string;
  runs?: string[];
  state?: string;
  settings: Record<string, Json>;
  metrics: Record<string, JsonNumber | Spread | null>;
}

export interface Comparison {
  rows: ComparisonRow[];
  notes: string[];
}

export interface Fields {
  metrics: string[];
  /// Of the metrics those that are one value for a run.
  of_whole_run: string[];
  settings: string[];
  other: string[];
}
