/**
 * A small text file, looked at and changed: its lines numbered, the changes shown before they are saved, the
 * version before kept beside it, and nothing replaced that somebody else has written meanwhile.
 */

import type { Envelope } from "../session/bootstrap";
import { FileRefused, type FilesChannel } from "./channel";
import { diff, hunks, type Line } from "./diff";
import { Arriving } from "./downloads";
import { element } from "./elements";
import { plain } from "./names";
import type { Scans } from "./scans";
import { Sha256 } from "./sha256";
import { refusalWords, spoken, type Words } from "./words";

export const TEXT_MOST = 256 * 1024; // bytes of a file that is shown as text

export interface TextFile {
  text: string;
  /** How its lines end; "mixed" files are shown, not edited: a text field would make them all alike. */
  ends: "\n" | "\r\n" | "mixed";
  sha256: string;
}

/** The text of these bytes; undefined when they are no text. */
export function textOf(bytes: Uint8Array): TextFile | undefined {
  let raw: string;
  try {
    raw = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
  if (raw.includes("\0")) return undefined;
  const all = raw.split("\n").length - 1;
  const pairs = raw.split("\r\n").length - 1;
  const lone = raw.split("\r").length - 1 - pairs;
  const ends = lone > 0 || (pairs > 0 && pairs < all) ? "mixed" : pairs > 0 ? "\r\n" : "\n";
  const text = raw.replaceAll("\r\n", "\n");
  return { text, ends, sha256: new Sha256().update(bytes).digest() };
}

export interface Session {
  say: Words;
  reading: FilesChannel;
  writing(): FilesChannel;
  scans?: Scans | undefined;
  /** Work with the reading channel in its turn. */
  enqueue(work: () => Promise<void>): void;
  download(): void;
  /** Back to the list, with a sentence. */
  leave(status: string): void;
  tell(sentence: string): void;
}

export class Editor {
  private file: TextFile = { text: "", ends: "\n", sha256: "" };
  private readonly field = element("textarea", { spellcheck: false, wrap: "off" });
  private readonly numbers = element("pre", {
    className: "mono files-numbers",
    ariaHidden: "true",
  });
  private readonly changes = element("div", { className: "files-diff", hidden: true });
  private readonly tools = element("div", { className: "files-tools" });
  private readonly problem = element("p", { className: "files-problem" });

  constructor(
    private readonly section: HTMLElement,
    private readonly path: string,
    private readonly name: string,
    private readonly may: boolean,
    private readonly session: Session,
  ) {
    this.problem.setAttribute("role", "alert");
    this.field.setAttribute("aria-label", session.say("text_of", { name: plain(name) }));
    this.field.className = "mono";
    this.field.addEventListener("input", () => this.number());
    this.field.addEventListener("scroll", () => {
      this.numbers.scrollTop = this.field.scrollTop;
    });
  }

  /** Whether there is something here that is nowhere else. */
  get changed(): boolean {
    return !this.section.hidden && this.field.value !== this.file.text;
  }

  /** Fetch the file and show it; a file that is no text is said to be none. */
  open(): void {
    const { say } = this.session;
    this.session.tell(say("opening", { name: plain(this.name) }));
    this.session.enqueue(async () => {
      try {
        const sink = new Arriving(() => undefined);
        await this.session.reading.get(this.path, sink);
        const bytes = new Uint8Array(await sink.finish().blob.arrayBuffer());
        const file = textOf(bytes);
        if (file === undefined) this.session.tell(say("binary", { name: plain(this.name) }));
        else this.show(file);
      } catch (error) {
        this.session.tell(spoken(say, error));
      }
    });
  }

  private show(file: TextFile): void {
    this.file = file;
    this.field.value = file.text;
    this.field.readOnly = !this.may || file.ends === "mixed";
    const title = element("h2", {}, element("bdi", {}, plain(this.name)));
    const sum = element("p", { className: "mono files-sum" }, `SHA-256 ${file.sha256}`);
    const text = element("div", { className: "files-text" }, this.numbers, this.field);
    const head = element("div", { className: "files-bar" }, title, this.tools);
    this.section.replaceChildren(head, sum, this.problem, text, this.changes);
    this.section.hidden = false;
    this.session.tell("");
    this.number();
    this.writing();
    this.field.focus();
    this.field.setSelectionRange(0, 0);
    this.field.scrollTop = 0;
  }

  private number(): void {
    const lines = this.field.value.split("\n").length;
    const numbers = Array.from({ length: lines }, (_each, index) => index + 1).join("\n");
    if (this.numbers.textContent !== numbers) this.numbers.textContent = numbers;
  }

  private button(key: string, act: () => void, kind = ""): HTMLButtonElement {
    const { say } = this.session;
    const made = element("button", { type: "button", className: "button" }, say(key));
    if (kind !== "") made.dataset.kind = kind;
    made.addEventListener("click", act);
    return made;
  }

  /** Looking and writing. */
  private writing(): void {
    const { say } = this.session;
    this.changes.hidden = true;
    this.section.classList.remove("is-reviewing");
    const edits = !this.field.readOnly;
    const buttons = [
      this.button("back", () => this.back()),
      this.button("download", () => this.session.download()),
    ];
    if (edits) buttons.push(this.button("review", () => this.review(), "primary"));
    this.tools.replaceChildren(...buttons);
    const why = this.may ? say("mixed_ends") : say("no_writing");
    this.problem.textContent = edits ? "" : why;
  }

  private back(): void {
    if (this.changed) this.sure();
    else this.leave("");
  }

  /** Changes are not thrown away by one press. */
  private sure(): void {
    const { say } = this.session;
    this.problem.textContent = say("unsaved");
    this.tools.replaceChildren(
      this.button("go_on_writing", () => this.writing()),
      this.button("throw_away", () => this.leave(""), "danger"),
    );
  }

  private leave(status: string): void {
    this.section.hidden = true;
    this.section.replaceChildren();
    this.session.leave(status);
  }

  /** What would be saved, beside what is there. */
  private review(): void {
    const { say } = this.session;
    if (!this.changed) {
      this.problem.textContent = say("no_changes");
      return;
    }
    this.problem.textContent = "";
    const lines = diff(this.file.text, this.field.value);
    this.changes.replaceChildren(...hunks(lines).map(({ lines }) => drawn(lines, say)));
    this.changes.hidden = false;
    this.section.classList.add("is-reviewing");
    const save = this.button("save", () => void this.save(save), "primary");
    this.tools.replaceChildren(
      this.button("go_on_writing", () => this.writing()),
      save,
    );
    save.focus();
  }

  private async save(button: HTMLButtonElement): Promise<void> {
    const { say, writing } = this.session;
    button.disabled = true;
    const text = this.field.value.replaceAll("\n", this.file.ends === "\r\n" ? "\r\n" : "\n");
    const bytes = new TextEncoder().encode(text);
    const sha256 = new Sha256().update(bytes).digest();
    const content = new Blob([bytes]);
    const { sha256: expect } = this.file;
    try {
      const seen = await this.look(content, sha256);
      const wanted = { path: this.path, sha256, backup: true, expect, ...seen };
      const done = await writing().put(wanted, content, () => undefined);
      const values = { name: plain(this.name), backup: plain(String(done.backup ?? "")), sha256 };
      this.leave(say("saved", values));
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      this.writing();
      const changed = error.code === "changed";
      this.problem.textContent = changed ? say("changed_meanwhile") : refusalWords(say, error);
    }
  }

  /** Small texts are looked at, too. */
  private async look(content: Blob, sha256: string): Promise<{ scan?: Envelope }> {
    const { scans, say } = this.session;
    if (scans === undefined) return {};
    this.problem.textContent = say("scan_saving");
    const { scan } = await scans.look(content, sha256, this.name);
    return { scan };
  }
}

function drawn(lines: Line[], say: Words): HTMLElement {
  const rows = lines.map(({ kind, text, old, now }) => {
    const number = (value: number) => element("td", {}, value > 0 ? String(value) : "");
    const mark = { same: "", gone: "−", new: "+" }[kind];
    const spoken = kind === "same" ? "" : `${say(`line_${kind}`)} `;
    const words = element("span", { className: "visually-hidden" }, spoken);
    const row = element("tr", {}, number(old), number(now), element("td", {}, mark));
    row.append(element("td", {}, words, text.replaceAll("\r", "\u240d")));
    row.dataset.line = kind;
    return row;
  });
  return element("table", { className: "mono" }, element("tbody", {}, ...rows));
}
