// Where the page is: all of its state is in the address's fragment, so that a link shows the same to whom it is sent.
//   #/runs?where=...&sort=...   #/run/ID?tab=log   #/compare?run=ID&run=ID

import { rememberToken } from "./api";

export type ViewName = "runs" | "run" | "compare";

export interface Route {
  view: ViewName;
  id: string;
  parameters: URLSearchParams;
}

/// The token comes in the fragment, which no server or log sees, and leaves the address at once.
export function takeToken(): void {
  const match = /^#(?:.*[?&])?token=([^&]+)/.exec(location.hash);
  if (!match?.[1]) return;
  rememberToken(decode(match[1]));
  const rest = location.hash.replace(/([?&#])token=[^&]+&?/, "$1").replace(/[?&]$/, "");
  history.replaceState(null, "", rest.length > 1 ? rest : "#/runs");
}

export function currentRoute(): Route {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [view, ...rest] = path.split("/");
  const parameters = new URLSearchParams(query);
  if (view === "run" && rest.length > 0) return { view, id: decode(rest.join("/")), parameters };
  return { view: view === "compare" ? "compare" : "runs", id: "", parameters };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // typed by hand, with a lone %
  }
}

function query(parameters: URLSearchParams): string {
  const text = parameters.toString();
  return text ? `?${text}` : "";
}

export function runLink(id: string, tab = ""): string {
  return `#/run/${encodeURIComponent(id)}${tab ? `?tab=${tab}` : ""}`;
}

export function compareLink(ids: string[]): string {
  return `#/compare${query(new URLSearchParams(ids.map((id) => ["run", id])))}`;
}

/// Changes parameters of where the page is, without a step in the browser's history.
export function setParameters(changes: Record<string, string | undefined>): void {
  const route = currentRoute();
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined || value === "") route.parameters.delete(key);
    else route.parameters.set(key, value);
  }
  const path = route.view === "run" ? `run/${encodeURIComponent(route.id)}` : route.view;
  history.replaceState(null, "", `#/${path}${query(route.parameters)}`);
}
