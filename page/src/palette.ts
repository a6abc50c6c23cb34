// The colours of curves: those of framework/runs/plot/palette.h, Okabe and Ito's, in its order, darkened or lightened
// until each has a contrast of 3:1 to the background of its theme. Beyond the last they return with its dashes, so that
// no two curves look alike.

const LIGHT = ["#0b569e", "#d55e00", "#008a63", "#b8578e", "#a87400", "#3b9bd9", "#555555"];
const DARK = ["#3f9be0", "#ff8a3d", "#2fc598", "#e29ac6", "#f0b429", "#a5dcfa", "#a9a9a9"];
const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3]];

export function isDark(): boolean {
  const chosen = document.documentElement.dataset["theme"];
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export function colorOf(index: number): string {
  const palette = isDark() ? DARK : LIGHT;
  return palette[index % palette.length] ?? "#888";
}

/// Of more curves than anybody tells apart none is dashed, since dashes take long to draw.
const MOST_DASHED = 24;

export function dashOf(index: number, curveCount: number): number[] {
  if (curveCount > MOST_DASHED) return [];
  return DASHES[Math.floor(index / LIGHT.length) % DASHES.length] ?? [];
}

/// What a custom property of the style sheet is in the theme of now.
export function styleColor(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}

type Theme = "" | "light" | "dark";
const KEY = "folio-theme";

export function theme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "";
}

/// "" follows the system.
export function setTheme(value: Theme): void {
  if (value) {
    localStorage.setItem(KEY, value);
    document.documentElement.dataset["theme"] = value;
  } else {
    localStorage.removeItem(KEY);
    delete document.documentElement.dataset["theme"];
  }
  document.dispatchEvent(new Event("folio-theme"));
}

/// Paper is light, whatever the theme.
export function lightenForPrint(): void {
  addEventListener("beforeprint", () => {
    document.documentElement.dataset["theme"] = "light";
    document.dispatchEvent(new Event("folio-theme"));
  });
  addEventListener("afterprint", () => setTheme(theme()));
}
