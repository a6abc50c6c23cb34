// Elements are made by calls, and data enters them as text only: a run's name can never become markup.

type Child = Node | string | number | null | undefined | false;

export interface Attributes {
  class?: string;
  on?: { [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };
  [name: string]: unknown;
}

// Properties that an attribute only initializes.
const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "indeterminate", "selected", "tabIndex"]);

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  set(element, attributes);
  add(element, children);
  return element;
}

export function set(element: HTMLElement, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [type, listener] of Object.entries(value as object)) element.addEventListener(type, listener);
    } else if (PROPERTIES.has(name)) {
      (element as unknown as Record<string, unknown>)[name] = value;
    } else if (value === false || value === null || value === undefined) {
      element.removeAttribute(name);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
}

export function add(element: Element, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(typeof child === "number" ? String(child) : child);
  }
}

export function replace(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  add(element, children);
}

/// What an element is called, by which it is known again when it is made anew.
function nameOf(element: Element): string {
  const names = ["data-key", "aria-label", "href"].map((attribute) => element.getAttribute(attribute));
  return names.find(Boolean) ?? element.textContent ?? "";
}

/// replace() for what changes by itself while somebody is at it: what had the focus has it again, and what was scrolled
/// sideways stays so.
export function redraw(element: Element, ...children: Child[]): void {
  const alike = (one: Element) => {
    const name = nameOf(one);
    return () => [...element.querySelectorAll<HTMLElement>(one.tagName)].filter((other) => nameOf(other) === name);
  };
  const focused = document.activeElement;
  const again = focused && focused !== element && element.contains(focused) ? alike(focused) : null;
  const place = again ? again().indexOf(focused as HTMLElement) : -1;
  const scrolled = [...element.querySelectorAll(".scroll-x")]
    .filter((one) => one.scrollLeft > 0)
    .map((one) => ({ left: one.scrollLeft, now: alike(one) }));
  replace(element, ...children);
  for (const { left, now } of scrolled) for (const one of now()) one.scrollLeft = left;
  again?.()[place]?.focus({ preventScroll: true });
}

const ICONS = {
  theme: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm0 0v12",
  light:
    "M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15" +
    "M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  dark: "M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z",
  columns: "M2.5 3h11v10h-11ZM6.2 3v10M9.8 3v10",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M6 6h7v7H6ZM10 6V3H3v7h3",
  download: "M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13h10",
  up: "M4 10l4-4 4 4",
  down: "M4 6l4 4 4-4",
  edit: "M3 13l.700-3L10.5 3.2l2.3 2.3L6 12.3Z",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.5 10.5 14 14",
  plus: "M8 3.5v9M3.5 8h9",
} as const;

export type IconName = keyof typeof ICONS;

/// A drawing of one path, which says nothing to those who cannot see it.
export function drawing(viewBox: string, className: string, path: Record<string, string>): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", viewBox);
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "path");
  for (const [name, value] of Object.entries(path)) line.setAttribute(name, value);
  svg.append(line);
  return svg;
}

export function icon(name: IconName): SVGSVGElement {
  return drawing("0 0 16 16", "icon", { d: ICONS[name] });
}

let ids = 0;
export function uniqueId(what: string): string {
  return `${what}-${++ids}`;
}

/// Calls once things have been quiet for so long.
export function debounced(milliseconds: number, call: () => void): { (): void; cancel(): void; now(): void } {
  let timer = 0;
  const result = () => {
    clearTimeout(timer);
    timer = window.setTimeout(call, milliseconds);
  };
  result.cancel = () => clearTimeout(timer);
  result.now = () => {
    clearTimeout(timer);
    call();
  };
  return result;
}

/// Calls, but not while a call is under way: then once more after it. So news that come faster than answers do not
/// starve what they are for.
export function oneAtATime(call: () => Promise<void>): () => Promise<void> {
  let busy = false;
  let again = false;
  return async () => {
    again = true;
    if (busy) return;
    busy = true;
    try {
      while (again) {
        again = false;
        await call();
      }
    } finally {
      busy = false;
    }
  };
}

/// Says a sentence to those who hear the page.
export function announce(text: string): void {
  const region = document.getElementById("announcer");
  if (region && region.textContent !== text) region.textContent = text;
}
