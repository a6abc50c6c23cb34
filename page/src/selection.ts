// The runs that are chosen, in the order in which they were, kept while one goes from view to view.

const MOST = 200; // curves in a chart; beyond that nobody tells them apart

class Selection extends EventTarget {
  private chosen: string[] = [];

  get ids(): string[] {
    return this.chosen;
  }

  has(id: string): boolean {
    return this.chosen.includes(id);
  }

  set(ids: string[]): void {
    this.chosen = [...new Set(ids)].slice(0, MOST);
    this.dispatchEvent(new Event("change"));
  }

  toggle(id: string): void {
    this.set(this.has(id) ? this.chosen.filter((one) => one !== id) : [...this.chosen, id]);
  }

  /// Adds those, or takes them all away.
  put(ids: string[], on: boolean): void {
    this.set(on ? [...this.chosen, ...ids] : this.chosen.filter((one) => !ids.includes(one)));
  }
}

export const selection = new Selection();
