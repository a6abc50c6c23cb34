// The runs that a filter finds, fetched page by page as the table shows them, so that 10,000 cost what 100 do. What was
// shown stays until its replacement is here.

import { type Parameters, api, isAbort } from "./api";
import { DIFFER, isSetting } from "./columns";
import type { RunPage, RunSummary } from "./types";

export interface Query {
  where: string;
  sort: string;
  descending: boolean;
  columns: string[];
}

const PAGE = 100;
const MOST_PAGES = 20;

export class RunList {
  total = 0;
  matching = 0;
  differing: string[] = [];
  error: unknown = null;
  loaded = false;
  private pages = new Map<number, RunSummary[]>();
  private asked = new Set<number>();
  private again = false;
  private control = new AbortController();
  private window = { from: 0, to: 0 };

  constructor(
    private query: Query,
    private readonly onChange: () => void,
  ) {}

  close(): void {
    this.control.abort();
  }

  setQuery(query: Query): void {
    this.query = query;
    this.fetch(); // what is under way is of another question
  }

  at(index: number): RunSummary | undefined {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /// The first so many, of those that are here.
  first(count: number): RunSummary[] {
    return (this.pages.get(0) ?? []).slice(0, count);
  }

  /// Says which rows are seen, and fetches what they need.
  show(from: number, to: number): void {
    this.window = { from, to };
    if (this.error) return; // refresh() tries again
    for (const page of this.wanted()) {
      if (!this.pages.has(page) && !this.asked.has(page)) void this.load(page);
    }
  }

  /// Fetches anew what is seen, once what is under way is here: answers may take longer than news to come.
  refresh(): void {
    if (this.asked.size > 0) this.again = true;
    else this.fetch();
  }

  /// The first page always, since it has the counts.
  private fetch(): void {
    this.again = false;
    this.control.abort();
    this.control = new AbortController();
    this.asked.clear();
    const wanted = new Set([0, ...this.wanted()]);
    for (const page of this.pages.keys()) {
      if (!wanted.has(page)) this.pages.delete(page);
    }
    for (const page of wanted) void this.load(page);
  }

  private wanted(): number[] {
    const first = Math.floor(this.window.from / PAGE);
    const last = Math.floor(Math.max(this.window.from, this.window.to - 1) / PAGE);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  }

  private async load(page: number): Promise<void> {
    this.asked.add(page);
    const { signal } = this.control;
    try {
      const answer = await this.ask(page, signal);
      if (signal.aborted) return;
      this.take(page, answer);
    } catch (error) {
      if (isAbort(error) || signal.aborted) return;
      this.error = error;
      this.loaded = true;
    }
    this.asked.delete(page);
    if (this.again && this.asked.size === 0) this.fetch();
    this.onChange();
  }

  private async ask(page: number, signal: AbortSignal): Promise<RunPage> {
    const { where, sort, descending, columns } = this.query;
    const parameters: Parameters = { where, sort, descending, limit: PAGE, offset: page * PAGE };
    const named = columns.filter(isSetting).join(",");
    if (!columns.includes(DIFFER)) return api.runs({ ...parameters, settings: named }, signal);
    if (!named) return api.runs({ ...parameters, settings: DIFFER }, signal);
    const [answer, more] = await Promise.all([
      api.runs({ ...parameters, settings: DIFFER }, signal),
      api.runs({ ...parameters, settings: named }, signal),
    ]);
    const extra = new Map(more.runs.map((run) => [run.id, run.settings]));
    for (const run of answer.runs) run.settings = { ...run.settings, ...extra.get(run.id) };
    return answer;
  }

  private take(page: number, answer: RunPage): void {
    this.error = null;
    this.loaded = true;
    this.total = answer.total;
    this.matching = answer.matching;
    this.differing = answer.differing ?? [];
    this.pages.delete(page); // to the end of the map's order, which is that of use
    this.pages.set(page, answer.runs);
    const wanted = new Set([0, ...this.wanted()]);
    for (const old of this.pages.keys()) {
      if (this.pages.size <= MOST_PAGES) break;
      if (!wanted.has(old)) this.pages.delete(old);
    }
    const pageCount = Math.ceil(this.matching / PAGE);
    for (const old of this.pages.keys()) if (old >= pageCount && old > 0) this.pages.delete(old);
  }
}
