// The filter: the language of --where, with completion at the cursor. What is wrong in it is marked where it is.

import { ApiError, api, isAbort } from "./api";
import { debounced, h, icon, replace, uniqueId } from "./dom";

const MOST_WORDS = 12;

export class Filter {
  readonly element: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly problem: HTMLElement;
  private readonly clear: HTMLButtonElement;
  private words: string[] = [];
  private place = { from: 0, to: 0 };
  private active = -1;
  private asking: AbortController | null = null;
  private readonly complete = debounced(70, () => void this.ask());
  private readonly apply = debounced(120, () => this.tell());
  private readonly showProblem = debounced(500, () => this.drawProblem());
  private refusal: unknown = null;
  private applied: string;

  constructor(
    text: string,
    private readonly onChange: (text: string) => void,
  ) {
    this.applied = text;
    const listId = uniqueId("words");
    const problemId = uniqueId("problem");
    this.list = h("ul", {
      class: "completions",
      id: listId,
      role: "listbox",
      "aria-label": "Completions",
      hidden: true,
    });
    this.problem = h("div", { class: "filter-problem", id: problemId, role: "status" });
    this.input = this.makeInput(text, listId, problemId);
    this.clear = this.clearButton(text === "");
    const field = h("div", { class: "filter-field" }, icon("search"), this.input, this.clear, this.list);
    this.element = h("div", { class: "filter" }, field, this.problem);
  }

  private makeInput(text: string, listId: string, problemId: string): HTMLInputElement {
    return h("input", {
      type: "text",
      class: "filter-input",
      value: text,
      spellcheck: "false",
      autocomplete: "off",
      autocapitalize: "off",
      role: "combobox",
      "aria-label": "Filter runs",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": listId,
      "aria-describedby": problemId,
      placeholder: "Filter, as in  eval_loss<4 and tags=good",
      on: {
        input: () => {
          this.complete();
          this.apply();
          this.showProblem();
        },
        keydown: (event) => this.key(event),
        blur: () => this.hide(),
        click: () => this.complete(),
      },
    });
  }

  private clearButton(hidden: boolean): HTMLButtonElement {
    return h(
      "button",
      {
        type: "button",
        class: "plain-button",
        "aria-label": "Clear the filter",
        hidden,
        on: { click: () => this.set("") },
      },
      icon("close"),
    );
  }

  focus(): void {
    this.input.focus();
    this.input.select();
  }

  set(text: string): void {
    this.input.value = text;
    this.apply.now();
    this.input.focus();
  }

  /// Takes why the server refused the text, or null. It is shown once typing pauses: half a word is no mistake.
  setProblem(error: unknown): void {
    this.refusal = error;
    if (error === null) this.showProblem.now();
    else this.showProblem();
  }

  private drawProblem(): void {
    const message = this.refusal instanceof Error && this.list.hidden ? this.refusal.message : "";
    this.input.setAttribute("aria-invalid", String(message !== ""));
    if (!message) {
      replace(this.problem);
      return;
    }
    const [first = "", ...rest] = message.split("\n");
    const known = this.refusal instanceof ApiError && this.refusal.kind === "usage";
    const column = known ? /column (\d+)/.exec(first)?.[1] : undefined;
    replace(this.problem, h("span", { class: "problem-text" }, first.replace(/^--where, column \d+: /, "")));
    if (column) this.problem.append(this.marked(Number(column)));
    else if (rest.length > 0) this.problem.append(h("pre", {}, rest.join("\n")));
  }

  /// The text with the word underlined that the column is in.
  private marked(column: number): HTMLElement {
    const letters = [...this.applied];
    const from = Math.min(column - 1, letters.length);
    let to = from;
    while (to < letters.length && !/[\s()=<>!~]/.test(letters[to] ?? " ")) ++to;
    to = Math.max(to, from + 1);
    return h(
      "code",
      { class: "problem-place" },
      letters.slice(0, from).join(""),
      h("mark", {}, letters.slice(from, to).join("") || " "),
      letters.slice(to).join(""),
    );
  }

  private tell(): void {
    const text = this.input.value.trim();
    this.clear.hidden = this.input.value === "";
    if (text === this.applied) return;
    this.applied = text;
    this.onChange(text);
  }

  private async ask(): Promise<void> {
    this.asking?.abort();
    this.asking = new AbortController();
    const at = this.input.selectionStart ?? this.input.value.length;
    try {
      const answer = await api.complete(this.input.value, at, this.asking.signal);
      if (document.activeElement !== this.input) return;
      const typed = this.input.value.slice(answer.from, answer.to);
      this.words = answer.words.filter((word) => word !== typed).slice(0, MOST_WORDS);
      this.place = answer;
      this.active = -1;
      this.show();
    } catch (error) {
      if (!isAbort(error)) this.hide(); // the filter itself says what is wrong
    }
  }

  private show(): void {
    if (this.words.length === 0) {
      this.hide();
      return;
    }
    replace(
      this.list,
      ...this.words.map((word, i) =>
        h(
          "li",
          {
            role: "option",
            id: `${this.list.id}-${i}`,
            "aria-selected": i === this.active ? "true" : "false",
            on: {
              mousedown: (event) => {
                event.preventDefault(); // the input keeps the focus
                this.take(word);
              },
            },
          },
          word,
        ),
      ),
    );
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    if (this.active >= 0) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  private hide(): void {
    this.complete.cancel();
    this.list.hidden = true;
    this.active = -1;
    this.showProblem();
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  private take(word: string): void {
    const text = this.input.value;
    this.input.value = text.slice(0, this.place.from) + word + text.slice(this.place.to);
    const at = this.place.from + word.length;
    this.input.setSelectionRange(at, at);
    this.hide();
    this.apply();
    this.complete();
  }

  private key(event: KeyboardEvent): void {
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) {
        this.complete.now();
        return;
      }
      const count = this.words.length;
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.active = this.active < 0 && step < 0 ? count - 1 : (this.active + step + count) % count;
      this.show();
    } else if ((event.key === "Enter" || event.key === "Tab") && open && this.active >= 0) {
      event.preventDefault();
      this.take(this.words[this.active] as string);
    } else if (event.key === "Enter") {
      this.hide();
      this.apply.now();
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      this.hide();
    }
  }
}
