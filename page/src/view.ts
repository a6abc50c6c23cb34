import type { Change } from "./live";

/// A page of the page. It is made when one goes there, and closed when one leaves.
export interface View {
  readonly element: HTMLElement;
  readonly title: string;
  close(): void;
  onChange(change: Change): void;
}
