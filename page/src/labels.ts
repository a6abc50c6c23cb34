// Name, tags and note of a run, which are edited in place. The server takes them only with its token.

import { api, describe, hasToken } from "./api";
import { announce, h, icon, replace } from "./dom";

export class Labels {
  readonly element = h("div", { class: "labels", hidden: true });
  private readonly may = hasToken();
  private readonly tags = h("span", { class: "tag-list" });
  private readonly chips = new Map<string, HTMLElement>(); // by tag
  private readonly tagInput = this.makeTagInput();
  private readonly note = h("div", { class: "note" });
  private readonly problem = h("span", { class: "problem-text", role: "alert" });
  private noteShown: string | null = null;
  private editingNote = false;

  constructor(
    private readonly id: string,
    private readonly onSaved: () => void,
  ) {
    if (this.may) this.tags.append(this.tagInput);
    this.element.append(this.tags, this.note, this.problem);
  }

  /// What somebody is typing stays.
  show({ tags = [], note = "" }: { tags?: string[]; note?: string }): void {
    this.element.hidden = !this.may && !note && tags.length === 0;
    this.showTags(tags);
    if (this.editingNote || note === this.noteShown) return;
    this.noteShown = note;
    this.drawNote();
  }

  private showTags(tags: string[]): void {
    for (const [tag, chip] of this.chips) {
      if (tags.includes(tag)) continue;
      if (chip.contains(document.activeElement)) this.tagInput.focus(); // its button was pressed
      chip.remove();
      this.chips.delete(tag);
    }
    tags.forEach((tag, place) => {
      const chip = this.chips.get(tag) ?? this.chip(tag);
      this.chips.set(tag, chip);
      const there = this.tags.children[place] ?? null;
      if (there !== chip) this.tags.insertBefore(chip, there);
    });
  }

  private chip(tag: string): HTMLElement {
    const remove = h(
      "button",
      {
        type: "button",
        class: "tag-remove",
        "aria-label": `Remove the tag ${tag}`,
        on: { click: () => void this.save({ untags: [tag] }, `Tag ${tag} removed`) },
      },
      icon("close"),
    );
    return h("span", { class: "tag" }, tag, this.may ? remove : null);
  }

  private makeTagInput(): HTMLInputElement {
    const add = async () => {
      const tag = input.value.trim();
      const saved = tag !== "" && (await this.save({ tags: [tag] }, `Tag ${tag} added`));
      if (saved && input.value.trim() === tag) input.value = "";
    };
    const input = h("input", {
      type: "text",
      class: "tag-input",
      placeholder: "+ tag",
      "aria-label": "Add a tag",
      maxlength: 64,
      size: 8,
      on: {
        keydown: (event) => {
          if (event.key === "Escape") input.value = "";
          if (event.key === "Enter") void add();
        },
      },
    });
    return input;
  }

  private drawNote(): HTMLElement {
    const note = this.noteShown ?? "";
    const edit = h(
      "button",
      {
        type: "button",
        class: "link-button",
        "aria-label": note ? "Edit the note" : "Add a note",
        on: { click: () => this.editNote() },
      },
      icon("edit"),
      note ? "" : "Add a note",
    );
    replace(this.note, note ? h("span", { class: "note-text" }, note) : null, this.may ? edit : null);
    return edit;
  }

  private editNote(): void {
    this.editingNote = true;
    const text = h("input", {
      type: "text",
      class: "note-input",
      "aria-label": "Note",
      placeholder: "What a reader should know about this run",
      value: this.noteShown ?? "",
    });
    const done = () => {
      this.editingNote = false;
      this.problem.textContent = "";
      this.drawNote().focus();
    };
    const keep = async () => {
      const note = text.value.trim();
      if (!(await this.save({ note }, "Note saved"))) return;
      this.noteShown = note;
      done();
    };
    text.addEventListener("keydown", (event) => {
      if (event.key === "Escape") done();
      if (event.key === "Enter") void keep();
    });
    replace(
      this.note,
      text,
      h(
        "div",
        { class: "note-buttons" },
        h("button", { type: "button", class: "button primary", on: { click: () => void keep() } }, "Save"),
        h("button", { type: "button", class: "button", on: { click: done } }, "Cancel"),
      ),
    );
    text.focus();
  }

  /// Returns whether the server took it; if not, what was typed stays, with the reason.
  private async save(change: Parameters<typeof api.label>[1], said: string): Promise<boolean> {
    try {
      const run = await api.label(this.id, change);
      this.problem.textContent = "";
      this.show(run);
      announce(said);
      this.onSaved();
      return true;
    } catch (error) {
      this.problem.textContent = describe(error);
      return false;
    }
  }
}
