// Name, tags and note of a run, which are edited in place. The server takes them only with its token.

import { api, describe, hasToken } from "./api";
import { announce, h, icon, replace } from "./dom";
import type { Run } from "./types";

export class Labels {
  readonly element = h("div", { class: "labels" });
  private readonly tags = h("span", { class: "tag-list" });
  private readonly note = h("div", { class: "note" });
  private readonly problem = h("span", { class: "problem-text", role: "alert" });
  private run: Run | null = null;
  private editing = false;
  private shown = "";

  constructor(
    private readonly id: string,
    private readonly onSaved: () => void,
  ) {
    this.element.append(this.tags, this.note, this.problem);
  }

  show(run: Run): void {
    this.run = run;
    const key = JSON.stringify([run.tags, run.note]);
    if (this.editing || key === this.shown) return; // what somebody is typing stays
    this.shown = key;
    this.draw();
  }

  private draw(): void {
    const run = this.run;
    if (!run) return;
    const may = hasToken();
    this.element.hidden = !may && !run.note && (run.tags ?? []).length === 0;
    replace(this.tags, ...(run.tags ?? []).map((tag) => this.tag(tag, may)), may ? this.tagInput() : null);
    const text = run.note ? h("span", { class: "note-text" }, run.note) : null;
    replace(
      this.note,
      text,
      may
        ? h(
            "button",
            {
              type: "button",
              class: "link-button",
              "aria-label": run.note ? "Edit the note" : "Add a note",
              on: { click: () => this.editNote() },
            },
            icon("edit"),
            run.note ? "" : "Add a note",
          )
        : null,
    );
  }

  private tag(tag: string, may: boolean): HTMLElement {
    return h(
      "span",
      { class: "tag" },
      tag,
      may
        ? h(
            "button",
            {
              type: "button",
              class: "tag-remove",
              "aria-label": `Remove the tag ${tag}`,
              on: { click: () => void this.save({ untags: [tag] }, `Tag ${tag} removed`) },
            },
            icon("close"),
          )
        : null,
    );
  }

  private tagInput(): HTMLElement {
    const input = h("input", {
      type: "text",
      class: "tag-input",
      placeholder: "+ tag",
      "aria-label": "Add a tag",
      maxlength: 64,
      size: 8,
      on: {
        keydown: (event) => {
          const tag = input.value.trim();
          if (event.key === "Escape") input.value = "";
          if (event.key !== "Enter" || !tag) return;
          event.preventDefault();
          void this.save({ tags: [tag] }, `Tag ${tag} added`);
        },
        focus: () => (this.editing = true),
        blur: () => (this.editing = false),
      },
    });
    return input;
  }

  private editNote(): void {
    this.editing = true;
    const text = h("input", {
      type: "text",
      class: "note-input",
      "aria-label": "Note",
      placeholder: "What a reader should know about this run",
      value: this.run?.note ?? "",
    });
    const done = () => {
      this.editing = false;
      this.problem.textContent = "";
      this.draw();
    };
    const keep = () => void this.save({ note: text.value.trim() }, "Note saved");
    text.addEventListener("keydown", (event) => {
      if (event.key === "Escape") done();
      if (event.key === "Enter") keep();
    });
    replace(
      this.note,
      text,
      h(
        "div",
        { class: "note-buttons" },
        h("button", { type: "button", class: "button primary", on: { click: keep } }, "Save"),
        h("button", { type: "button", class: "button", on: { click: done } }, "Cancel"),
      ),
    );
    text.focus();
  }

  private async save(change: Parameters<typeof api.label>[1], said: string): Promise<void> {
    try {
      const run = await api.label(this.id, change);
      this.editing = false;
      this.problem.textContent = "";
      if (this.run) this.run = { ...this.run, tags: run.tags ?? [], note: run.note ?? "" };
      this.shown = "";
      this.draw();
      announce(said);
      this.onSaved();
    } catch (error) {
      this.problem.textContent = describe(error);
    }
  }
}
