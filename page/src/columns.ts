// The columns of the table of runs: fields of the --where language, of which "differ" stands for the settings that
// differ among the runs shown.

import { api } from "./api";
import { fullTime, measure, setting, time } from "./format";
import { learnMetrics, meaningOf, unitOf } from "./metrics";
import type { Fields, RunSummary } from "./types";

export const DIFFER = "differ";
export const DEFAULT_COLUMNS = ["eval_loss", "train_loss", DIFFER, "train_runtime", "created"];
const OTHER = new Set(["id", "name", "model", "state", "created", "tags", "note", "file"]);

export interface Column {
  field: string;
  /// The part of a setting's key before its last dot.
  group: string;
  title: string;
  width: number;
  right: boolean;
  help: string;
}

export function isSetting(field: string): boolean {
  return field.includes(".") || (!OTHER.has(field) && !meaningOf(field) && settings.has(field));
}

let settings = new Set<string>();

/// The fields of now, which names of columns and metrics are told by from then on.
export async function fetchFields(signal?: AbortSignal): Promise<Fields> {
  const fields = await api.fields(signal);
  settings = new Set(fields.settings);
  learnMetrics(fields);
  return fields;
}

function column(field: string): Column {
  const dot = field.lastIndexOf(".");
  const title = dot < 0 ? field : field.slice(dot + 1);
  const group = dot < 0 ? "" : field.slice(0, dot);
  const widths: Record<string, number> = { created: 118, tags: 120, note: 220, file: 220, id: 118, model: 96 };
  const letters = Math.max(title.length, group.length);
  const width = widths[field] ?? Math.min(220, Math.max(88, 26 + letters * 7.2));
  const right = !OTHER.has(field) && !isSetting(field);
  return { field, group, title, width, right, help: meaningOf(field)?.meaning ?? (dot < 0 ? "" : field) };
}

/// Without name and state, which stand first in every table.
export function columnsOf(fields: string[], differing: string[]): Column[] {
  const names = new Set<string>();
  for (const field of fields) {
    for (const one of field === DIFFER ? differing : [field]) names.add(one);
  }
  names.delete("name");
  names.delete("state");
  return [...names].map(column);
}

export function cellText(run: RunSummary, field: string): string {
  switch (field) {
    case "id":
      return run.id;
    case "model":
      return run.model ?? "";
    case "created":
      return time(run.created);
    case "tags":
      return (run.tags ?? []).join(", ");
    case "note":
      return run.note ?? "";
    case "file":
      return run.experiment_file ?? "";
  }
  const metric = run.metrics[field];
  if (metric !== undefined) return measure(metric, unitOf(field));
  return setting(run.settings?.[field]);
}

export function cellHelp(run: RunSummary, field: string, text: string): string {
  if (field === "created") return fullTime(run.created);
  const metric = run.metrics[field];
  return typeof metric === "number" ? `${metric} ${unitOf(field)}`.trim() : text;
}
