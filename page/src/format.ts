// How values are written, everywhere alike.

import type { Json, JsonNumber } from "./types";

const group = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const LONGEST = 1e12; // beyond, digits say less than their number

/// As many digits as runs are told apart by: six decimals below 0.1, four from there on, two from 100, one from 1,000
/// and none from 10,000 on; below 0.0001 three digits and an exponent. Thousands are in groups.
export function number(value: JsonNumber | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return value === "Infinity" ? "∞" : value === "-Infinity" ? "−∞" : "NaN";
  if (Math.abs(value) >= LONGEST) return value.toExponential(4).replace("-", "−").replace("e+", "e");
  if (Number.isInteger(value)) return group.format(value).replace("-", "−");
  const size = Math.abs(value);
  const text = size >= 10000 ? group.format(value) : size < 1e-4 ? value.toExponential(2) : plain(value, size);
  return text.replace("-", "−");
}

function plain(value: number, size: number): string {
  return size >= 1000 ? tenths.format(value) : value.toFixed(size >= 100 ? 2 : size >= 0.1 ? 4 : 6);
}

/// A deviation, with as many decimals as the mean beside it.
export function deviation(value: number, mean: number, unit: string): string {
  const decimals = /\.(\d+)$/.exec(number(mean))?.[1]?.length ?? 0;
  return unit === "s" || unit === "bytes" ? measure(value, unit) : value.toFixed(decimals);
}

export function signed(value: JsonNumber | null | undefined, unit = ""): string {
  const text = measure(value, unit);
  return typeof value === "number" && value > 0 ? `+${text}` : text;
}

export function bytes(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let size = value;
  let unit = 0;
  while (Math.abs(size) >= 1024 && unit < units.length - 1) {
    size /= 1024;
    ++unit;
  }
  return `${unit === 0 ? size : size.toFixed(size < 10 ? 2 : 1)} ${units[unit]}`.replace("-", "−");
}

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  const sign = seconds < 0 ? "−" : "";
  const size = Math.abs(seconds);
  if (size > 0 && size < 0.1) return `${sign}${(size * 1000).toPrecision(2)} ms`;
  if (size < 60) return `${sign}${size < 10 ? size.toFixed(2) : size.toFixed(1)} s`;
  const whole = Math.round(size);
  const parts = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60] as const;
  const tail = `${String(parts[1]).padStart(parts[0] ? 2 : 1, "0")}:${String(parts[2]).padStart(2, "0")}`;
  return sign + (parts[0] ? `${parts[0]}:${tail}` : tail);
}

/// A metric's value by its unit.
export function measure(value: JsonNumber | null | undefined, unit: string): string {
  if (typeof value === "number") {
    if (unit === "s") return duration(value);
    if (unit === "bytes") return bytes(value);
  }
  return number(value);
}

export function setting(value: Json | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : String(value).replace("e-", "e−");
  return Array.isArray(value) && value.every((one) => typeof one !== "object")
    ? value.join(", ")
    : JSON.stringify(value);
}

/// In the time of the one who reads: "today 14:03", of this year "28 Nov 14:03", else "28 Nov 2025".
export function time(text: string | null | undefined): string {
  if (!text) return "";
  const when = new Date(text);
  if (Number.isNaN(when.getTime())) return text;
  const now = new Date();
  const clock = when.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (when.toDateString() === now.toDateString()) return `today ${clock}`;
  const day = when.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  return when.getFullYear() === now.getFullYear() ? `${day} ${clock}` : `${day} ${when.getFullYear()}`;
}

export function fullTime(text: string | null | undefined): string {
  return text ? text.replace("T", " ").replace(/\.\d+Z$/, " UTC") : "";
}

export function count(value: number, one: string, many = `${one}s`): string {
  return `${group.format(value)} ${value === 1 ? one : many}`;
}

/// What can be drawn.
export function finite(value: JsonNumber | null | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
