// What a run measured, on what machine it ran, which files it left.

import { api, describe, fileAddress, filePath, hasToken, isAbort, needsNoToken, request } from "./api";
import { h, icon, oneAtATime, redraw, replace } from "./dom";
import { bytes, measure, setting } from "./format";
import { betterWord, inOrder, meaningOf, unitOf } from "./metrics";
import { empty, factTable } from "./run_parts";
import { flatten } from "./run_settings";
import type { Json, Run } from "./types";
import type { Tab } from "./run_view";

export class MetricsTab implements Tab {
  readonly element = h("div");
  private key = "";

  update(run: Run): void {
    const key = JSON.stringify(run.metrics);
    if (key === this.key) return;
    this.key = key;
    const names = inOrder(Object.keys(run.metrics));
    if (names.length === 0) {
      replace(this.element, empty("Nothing is measured yet. Figures stand here as soon as the first step is logged."));
      return;
    }
    redraw(
      this.element,
      factTable(
        "Metrics",
        ["Metric", "Value#", "Unit", "Meaning"],
        names.map((name) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, h("code", {}, name)),
            h("td", { class: "number", title: String(run.metrics[name]) }, measure(run.metrics[name], unitOf(name))),
            h("td", { class: "muted" }, unitOf(name)),
            h(
              "td",
              { class: "meaning" },
              meaningOf(name)?.meaning ?? "",
              betterWord(name) ? h("span", { class: "muted" }, ` ${sentence(betterWord(name))}`) : null,
            ),
          ),
        ),
      ),
    );
  }

  close(): void {}
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

export class EnvironmentTab implements Tab {
  readonly element = h("div");
  private key = "";

  update(run: Run): void {
    const groups: [string, { [key: string]: Json }][] = [
      [
        "Run",
        plain({
          folder: run.folder,
          command: run.command?.join(" "),
          folio_version: run.folio_version,
          git_commit: run.git_commit,
        }),
      ],
      ["Machine", run.environment ?? {}],
      ["Data and tokens", run.facts ?? {}],
      [
        "Plugins",
        Object.fromEntries(
          (run.plugins ?? []).map((plugin) => [
            plugin.kind,
            `${plugin.id} ${plugin.version}  ${(plugin.library_hash ?? "").slice(0, 12)}`,
          ]),
        ),
      ],
    ];
    const key = JSON.stringify(groups);
    if (key === this.key) return;
    this.key = key;
    redraw(
      this.element,
      ...groups
        .filter(([, values]) => Object.keys(values).length > 0)
        .flatMap(([title, values]) => [
          h("h2", {}, title),
          factTable(
            title,
            ["Fact", "Value"],
            flatten(values).map(([name, value]) =>
              h(
                "tr",
                {},
                h("th", { scope: "row" }, h("code", {}, name)),
                h("td", { class: "value" }, factText(name, value)),
              ),
            ),
          ),
        ]),
    );
  }

  close(): void {}
}

function plain(values: Record<string, string | undefined>): { [key: string]: Json } {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1])));
}

function factText(name: string, value: Json): string {
  if (typeof value === "number" && /(^|_)bytes$/.test(name)) return bytes(value);
  if (typeof value === "number") return value.toLocaleString("en", { maximumFractionDigits: 4 });
  const text = Array.isArray(value) && value.length > 12 ? `${value.length} values` : setting(value);
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

export class FilesTab implements Tab {
  readonly element = h("div");
  private readonly problem = h("p", { class: "problem-text", role: "alert" });
  private readonly list = h("div");
  private readonly control = new AbortController();
  private readonly load = oneAtATime(() => this.fetch());
  private state = "";
  private shown = "";

  constructor(private readonly id: string) {
    this.element.append(this.problem, this.list);
  }

  update(run: Run): void {
    // Files appear when a run saves, and at its end.
    const state = `${run.state} ${run.metrics["global_step"] ?? ""}`;
    if (state === this.state) return;
    this.state = state;
    void this.load();
  }

  close(): void {
    this.control.abort();
  }

  private async fetch(): Promise<void> {
    try {
      const { files, more } = await api.files(this.id, this.control.signal);
      const byLink = !hasToken() || (await needsNoToken());
      const key = JSON.stringify([files, more, byLink]);
      if (key === this.shown) return;
      this.shown = key;
      this.draw(files, more, byLink);
    } catch (error) {
      if (isAbort(error)) return;
      this.shown = "";
      replace(this.list, empty(describe(error)));
    }
  }

  private draw(files: { path: string; bytes: number }[], more: boolean, byLink: boolean): void {
    if (files.length === 0) {
      replace(this.list, empty("This run has no files here."));
      return;
    }
    const all = files.reduce((sum, file) => sum + file.bytes, 0);
    const rows = files.map((file) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, h("code", {}, file.path)),
        h("td", { class: "number" }, bytes(file.bytes)),
        h("td", {}, this.download(file.path, byLink)),
      ),
    );
    redraw(
      this.list,
      factTable("Files", ["File", "Size#", ""], rows),
      h("p", { class: "muted" }, `${files.length} files, ${bytes(all)}${more ? ", and more that are not listed" : ""}`),
    );
  }

  /// A link, by which a browser writes to the disk what it gets; where the token has to go along it is fetched instead.
  private download(path: string, byLink: boolean): HTMLElement {
    const name = path.split("/").pop() ?? path;
    const link = h(
      "a",
      {
        class: "button small",
        href: fileAddress(this.id, path),
        download: name,
        "aria-label": `Download ${path}`,
      },
      icon("download"),
      "Download",
    );
    if (byLink) return link;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      void this.save(path, name);
    });
    return link;
  }

  private async save(path: string, name: string): Promise<void> {
    try {
      this.problem.textContent = "";
      const response = await request(filePath(this.id, path), {}, { signal: this.control.signal });
      const url = URL.createObjectURL(await response.blob());
      h("a", { href: url, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    } catch (error) {
      if (!isAbort(error)) this.problem.textContent = `${path} cannot be downloaded: ${describe(error)}`;
    }
  }
}
