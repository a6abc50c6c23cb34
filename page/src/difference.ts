// What `runner diff` says of two runs, in its words.

import { h } from "./dom";
import { measure, number, setting, signed } from "./format";
import { inOrder } from "./metrics";
import { runLink } from "./route";
import { copyButton, factTable } from "./run_parts";
import type { Difference, MetricDifference } from "./types";

/// Words and kind of the verdict.
function comparability({ comparable }: Difference): [string, string] {
  if (comparable === true) return ["Yes.", "good"];
  return comparable === "partly" ? ["Partly.", "fair"] : ["Their losses cannot.", "bad"];
}

const OUTCOMES: Record<string, string> = {
  not_ranked: "",
  no_number: "no number",
  equal: "equal",
  no_difference_seen: "not seen",
  not_known: "not known",
};

/// What stands above the curves, and what below.
export function differenceParts(diff: Difference): { above: HTMLElement[]; below: HTMLElement[] } {
  return {
    above: [verdict(diff), ...reasons(diff), settingsPart(diff)],
    below: [metricsPart(diff), ...nextPart(diff)],
  };
}

function runName(letter: "a" | "b", diff: Difference): HTMLElement {
  const run = diff[letter];
  return h(
    "span",
    { class: `side side-${letter}` },
    h("span", { class: "letter" }, letter.toUpperCase()),
    h("a", { href: runLink(run.id) }, run.name || run.id),
    h("code", { class: "muted" }, run.id),
  );
}

function verdict(diff: Difference): HTMLElement {
  const [words, kind] = comparability(diff);
  return h(
    "section",
    { class: `verdict verdict-${kind}`, "aria-label": "In short" },
    h("div", { class: "sides" }, runName("a", diff), runName("b", diff)),
    h("p", { class: "verdict-title" }, "Can they be compared? ", h("span", { class: `verdict-word ${kind}` }, words)),
    diff.shows ? h("p", {}, diff.shows) : null,
    diff.does_not_show ? h("p", { class: "muted" }, diff.does_not_show) : null,
  );
}

/// As `runner diff` has it: both machines may have been busy.
function findingWord({ finding, a, b }: Difference["reasons"][number]): string {
  if (finding === "different") return a === b ? "both" : "differs";
  return finding;
}

function reasons(diff: Difference): HTMLElement[] {
  const open = diff.reasons.filter((reason) => reason.finding !== "same");
  if (open.length === 0) return [];
  return [
    h("h2", {}, "What differs or is not known"),
    h(
      "ul",
      { class: "reasons" },
      ...open.map((reason) =>
        h(
          "li",
          {},
          h(
            "div",
            { class: "reason-head" },
            h("strong", {}, reason.fact),
            h("span", { class: "finding" }, findingWord(reason)),
            h("span", { class: "muted" }, sidesText(reason.a, reason.b)),
          ),
          h("p", { class: "muted" }, reason.meaning),
        ),
      ),
    ),
  ];
}

function sidesText(a = "", b = ""): string {
  return a || b ? `${a || "–"}  |  ${b || "–"}` : "";
}

function settingsPart(diff: Difference): HTMLElement {
  const entries = Object.entries(diff.settings);
  if (entries.length === 0) return h("p", { class: "muted" }, "No setting differs.");
  return h(
    "section",
    {},
    h("h2", {}, "Settings that differ"),
    factTable(
      "Settings that differ",
      ["Setting", "A#", "B#"],
      entries.map(([name, { a, b }]) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, h("code", {}, name)),
          h("td", { class: "number value" }, setting(a)),
          h("td", { class: "number value" }, setting(b)),
        ),
      ),
    ),
  );
}

/// The last column of `diff`: which run, or why none.
function better({ comparable, outcome, leader }: MetricDifference): string {
  if (comparable === "no") return "not comparable";
  const doubt = comparable === "yes" ? "" : "?";
  const run = leader === "b" ? "B" : "A";
  if (outcome === "better") return run + doubt;
  if (outcome === "ahead_in_this_pair") return `${run} in this pair${doubt}`;
  return OUTCOMES[outcome] ?? outcome.replaceAll("_", " ");
}

function metricsPart(diff: Difference): HTMLElement {
  const names = inOrder(Object.keys(diff.metrics)).filter((name) => diff.metrics[name]?.direction !== "none");
  const rows = names.map((name) => {
    const metric = diff.metrics[name] as MetricDifference;
    const side = (letter: "a" | "b") =>
      h("td", { class: metric.better === letter ? "number best" : "number" }, measure(metric[letter], metric.unit));
    return h(
      "tr",
      { class: metric.comparable === "no" ? "faint" : "" },
      h("th", { scope: "row", title: metric.meaning }, h("code", {}, name)),
      side("a"),
      side("b"),
      h("td", { class: "number" }, signed(metric.difference, metric.unit)),
      h("td", { class: "number" }, ratio(metric)),
      h("td", { class: "number outcome", title: chanceText(metric) }, better(metric)),
    );
  });
  return h(
    "section",
    {},
    h("h2", {}, "Metrics"),
    factTable("Metrics", ["Metric", "A#", "B#", "B − A#", "B / A#", "Better#"], rows),
  );
}

function ratio({ ratio: value }: MetricDifference): string {
  return typeof value === "number" ? value.toFixed(3) : number(value);
}

function chanceText(metric: MetricDifference): string {
  if (!metric.chance) return "";
  return `Chance alone can make ${measure(metric.chance.difference, metric.unit)}, judged by ${metric.chance.from}.`;
}

function nextPart(diff: Difference): HTMLElement[] {
  if (!diff.next || diff.next.length === 0) return [];
  return [
    h(
      "section",
      {},
      h("h2", {}, "What to type next"),
      ...diff.next.map(({ command, purpose }) =>
        h("div", { class: "next" }, copyButton(command, "the command"), h("p", { class: "muted" }, purpose)),
      ),
    ),
  ];
}
