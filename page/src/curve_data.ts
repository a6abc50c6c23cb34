// The points of a plot as the chart needs them: sorted columns of numbers, which new points are added to. What cannot
// be drawn (NaN, infinite) is a gap.

import { finite } from "./format";
import type { Plot, PlotCurve, Point } from "./types";

export interface Curve {
  /// Its runs; labels may be alike.
  key: string;
  label: string;
  color: number;
  runs: string[];
  x: number[];
  y: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
  count: number[];
  total: number;
  lastStep: number;
  /// How often its runs were.
  resumed: number;
}

export function curveOf(curve: PlotCurve, { resumed }: Plot): Curve {
  const result: Curve = {
    key: curve.runs.join(" "),
    label: curve.label,
    color: curve.color,
    runs: curve.runs,
    x: [],
    y: [],
    low: [],
    high: [],
    count: [],
    total: curve.total_points,
    lastStep: curve.last_step,
    resumed: timesResumed(curve, resumed),
  };
  for (const point of curve.points) addPoint(result, point);
  return result;
}

function timesResumed({ runs }: PlotCurve, resumed: Plot["resumed"]): number {
  return runs.reduce((sum, id) => sum + (resumed[id] ?? 0), 0);
}

function addPoint(curve: Curve, [x, y, low, high, count]: Point): void {
  const at = finite(x);
  if (at === null || at <= (curve.x[curve.x.length - 1] ?? -Infinity)) return;
  curve.x.push(at);
  curve.y.push(finite(y));
  if (low === undefined) return;
  curve.low.push(finite(low));
  curve.high.push(finite(high));
  curve.count.push(count ?? 1);
}

/// Adds what an answer to `after` has. Returns whether the plot has to be asked for anew instead: for a curve that was
/// not there, for one of a run that was resumed, since what it had logged beyond its checkpoint counts no more, and once
/// a curve has twice as many points as were asked for, so that a page that stays open for days does not grow.
export function extend(curves: Curve[], plot: Plot, limit: number): boolean {
  const known = new Map(curves.map((curve) => [curve.key, curve]));
  let anew = false;
  for (const more of plot.curves) {
    const curve = known.get(more.runs.join(" "));
    if (!curve) {
      anew = true;
      continue;
    }
    if (timesResumed(more, plot.resumed) !== curve.resumed || more.last_step < curve.lastStep) anew = true;
    for (const point of more.points) addPoint(curve, point);
    curve.total = more.total_points;
    curve.lastStep = more.last_step;
    if (curve.x.length > 2 * limit) anew = true;
  }
  return anew;
}

/// Where in ascending numbers the value is, or would be.
export function lowerBound(sorted: number[], value: number): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/// The point nearest to x, or -1 beyond the curve's ends.
export function nearest(curve: Curve, x: number): number {
  const length = curve.x.length;
  if (length === 0) return -1;
  const first = curve.x[0] as number;
  const last = curve.x[length - 1] as number;
  const slack = (last - first) * 0.02;
  if (x < first - slack || x > last + slack) return -1;
  const right = Math.min(lowerBound(curve.x, x), length - 1);
  const left = Math.max(right - 1, 0);
  return x - (curve.x[left] as number) < (curve.x[right] as number) - x ? left : right;
}
