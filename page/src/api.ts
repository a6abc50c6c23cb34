// The calls to the server. Each fails with an ApiError, whose message a person can read.

import type { Comparison, Difference, Fields, MetricMeaning, Plot, Run, RunPage, RunSummary, Sample } from "./types";

const TOKEN = "folio-token";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly kind: string,
    message: string,
  ) {
    super(message);
  }
}

export function rememberToken(token: string): void {
  sessionStorage.setItem(TOKEN, token);
}

export function hasToken(): boolean {
  return sessionStorage.getItem(TOKEN) !== null;
}

function headers(): Record<string, string> {
  const token = sessionStorage.getItem(TOKEN);
  return token ? { Authorization: `Bearer ${token}` } : {};
}

export type Parameters = Record<string, string | number | boolean | string[] | undefined>;

function address(path: string, parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    if (value === undefined || value === "" || value === false) continue;
    for (const one of Array.isArray(value) ? value : [value]) query.append(key, one === true ? "1" : String(one));
  }
  const text = query.toString();
  return `api/${path}${text ? `?${text}` : ""}`;
}

let openToAll: Promise<boolean> | null = null;

/// Whether the server lets read who has no token, as it does on loopback: then a link is enough, which takes none along.
export function needsNoToken(): Promise<boolean> {
  openToAll ??= fetch(address("metrics", {}), { method: "HEAD" }).then(
    ({ ok }) => ok,
    () => {
      openToAll = null; // the server was not there: asked again
      return false;
    },
  );
  return openToAll;
}

/// fetch() with the token; a server that is not there and one that refuses both fail in words.
export async function request(path: string, parameters: Parameters = {}, options: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address(path, parameters), { ...options, headers: { ...headers(), ...options.headers } });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, "network", "The server does not answer. Is runner serve still running?");
  }
  if (response.ok) return response;
  let kind = "server";
  let message = `The server answers ${response.status} ${response.statusText}`.trim();
  try {
    const { error } = (await response.json()) as { error: { kind: string; message: string } };
    ({ kind, message } = error);
  } catch {
    // Not JSON: the status says it.
  }
  throw new ApiError(response.status, kind, message);
}

async function get<T>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<T> {
  const response = await request(path, parameters, signal ? { signal } : {});
  return (await response.json()) as T;
}

export function runPath(id: string): string {
  return `runs/${encodeURIComponent(id)}`;
}

export const api = {
  runs: (parameters: Parameters, signal?: AbortSignal) => get<RunPage>("runs", parameters, signal),
  run: (id: string, signal?: AbortSignal) => get<Run>(runPath(id), {}, signal),
  log: (id: string, from: number, signal?: AbortSignal) =>
    get<{ text: string; from: number; to: number; size: number }>(`${runPath(id)}/log`, { from }, signal),
  samples: (id: string, signal?: AbortSignal) => get<{ samples: Sample[] }>(`${runPath(id)}/samples`, {}, signal),
  files: (id: string, signal?: AbortSignal) =>
    get<{ files: { path: string; bytes: number }[]; more: boolean }>(`${runPath(id)}/files`, {}, signal),
  diff: (a: string, b: string, signal?: AbortSignal) => get<Difference>("diff", { a, b }, signal),
  compare: (run: string[], group: boolean, signal?: AbortSignal) => get<Comparison>("compare", { run, group }, signal),
  plot: (parameters: Parameters, signal?: AbortSignal) => get<Plot>("plot", parameters, signal),
  fields: (signal?: AbortSignal) => get<Fields>("fields", {}, signal),
  metrics: () => get<{ metrics: MetricMeaning[] }>("metrics"),
  /// Places are those of the text's letters here; the server counts bytes.
  async complete(text: string, at: number, signal?: AbortSignal) {
    const utf8 = new TextEncoder().encode(text);
    const place = new TextEncoder().encode(text.slice(0, at)).length;
    const answer = await get<{ from: number; to: number; words: string[] }>("complete", { text, at: place }, signal);
    const letters = (bytes: number) => new TextDecoder().decode(utf8.subarray(0, bytes)).length;
    return { from: letters(answer.from), to: letters(answer.to), words: answer.words };
  },
  async label(id: string, change: { name?: string; note?: string; tags?: string[]; untags?: string[] }) {
    const response = await request(
      `${runPath(id)}/labels`,
      {},
      {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(change),
      },
    );
    return (await response.json()) as RunSummary;
  },
};

export function filePath(id: string, path: string): string {
  return `${runPath(id)}/files/${path.split("/").map(encodeURIComponent).join("/")}`;
}

export function fileAddress(id: string, path: string): string {
  return address(filePath(id, path), {});
}

export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/// Whether the server has understood the question and refuses it: what was asked for is not there.
export function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 400 || error.status === 404);
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
