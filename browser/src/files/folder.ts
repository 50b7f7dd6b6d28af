/** One folder at a time: shown, gone into, and changed as far as the contract lets it be. */

import { Archive, listed } from "./archive";
import { FileRefused, type FilesChannel } from "./channel";
import { Downloads } from "./downloads";
import { Editor, TEXT_MOST } from "./editor";
import { ask, element, part } from "./elements";
import { KeptUploads } from "./kept";
import { type Act, type Entry, Listing } from "./listing";
import { join, leaf, parent, plain, within, wrong } from "./names";
import { Panel } from "./panel";
import { KeptParts } from "./parts";
import { chosen, dropped, folders, type Picked } from "./picking";
import type { Scans } from "./scans";
import { Unfinished } from "./unfinished";
import { Uploads } from "./uploads";
import { spoken, type Words } from "./words";

export interface Session {
  device: string;
  zone: string;
  root: string;
  /** Where the contract lets files be changed. */
  writable: string | undefined;
  reading: FilesChannel;
  writing(): FilesChannel;
  say: Words;
  scans?: Scans | undefined;
}

export class Folder {
  private readonly panel: Panel;
  private readonly listing: Listing;
  private readonly uploads: Uploads;
  private readonly downloads: Downloads;
  private readonly unfinished: Unfinished;
  private readonly dialog: HTMLDialogElement;
  private editor: Editor | undefined;
  private path: string;
  private shown: Entry[] = [];
  private asked = 0;
  private over = false;

  constructor(
    private readonly page: HTMLElement,
    private readonly session: Session,
  ) {
    const { say, zone, reading, device } = session;
    this.path = session.root;
    this.dialog = part<HTMLDialogElement>(page, "ask");
    this.panel = new Panel(part(page, "transfers"), say);
    const doing = {
      may: (entry: Entry, act: Act) => this.may(entry, act),
      act: (entry: Entry, act: Act) => void this.act(entry, act),
    };
    this.listing = new Listing(page, part(page, "rows"), say, doing, zone);
    const { changed } = this.panel;
    const kept = new KeptUploads(device);
    const parts = new KeptParts(device);
    this.uploads = new Uploads({
      channel: session.writing,
      changed,
      say,
      kept,
      arrived: (folder) => void this.changedIn(folder),
      now: () => Date.now(),
      scans: session.scans,
    });
    this.downloads = new Downloads({ channel: reading, changed, say, parts, save });
    this.unfinished = new Unfinished(part(page, "unfinished"), say, { kept, parts }, (path) =>
      this.writes(path),
    );
    this.listen();
  }

  get busy(): boolean {
    return this.panel.active || this.editor?.changed === true;
  }

  private listen(): void {
    const on = (name: string, act: () => void) =>
      part(this.page, name).addEventListener("click", act);
    const files = part<HTMLInputElement>(this.page, "files");
    const whole = part<HTMLInputElement>(this.page, "folder");
    on("upload", () => files.click());
    on("upload-folder", () => whole.click());
    on("mkdir", () => void this.mkdir());
    on("refresh", () => void this.show(this.path));
    on("tidy", () => this.panel.tidy());
    for (const field of [files, whole]) {
      field.addEventListener("change", () => {
        const picked = chosen(field.files ?? []);
        field.value = "";
        void this.take(picked);
      });
    }
    this.unfinished.onContinue(
      (file, path) => this.uploads.add(file, path),
      (path, size) => this.downloads.add(path, size),
    );
    this.takeDrops();
  }

  private takeDrops(): void {
    const { page } = this;
    page.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = this.writes(this.path) ? "copy" : "none";
      page.classList.toggle("is-dropping", this.writes(this.path));
    });
    for (const name of ["dragleave", "drop", "dragend"] as const) {
      page.addEventListener(name, () => page.classList.remove("is-dropping"));
    }
    page.addEventListener("drop", (event) => {
      if (event.dataTransfer === null) return;
      event.preventDefault();
      if (!this.writes(this.path)) this.tell(this.session.say("no_writing"));
      else void dropped(event.dataTransfer).then((picked) => this.take(picked));
    });
  }

  async begin(): Promise<void> {
    await this.show(this.session.root);
    await this.unfinished.draw();
  }

  /** Nothing can be asked any more; what is shown stays. */
  close(): void {
    this.over = true;
    for (const button of this.page.querySelectorAll("button")) button.disabled = true;
  }

  tell(sentence: string): void {
    part(this.page, "status").textContent = sentence;
  }

  private writes(path: string): boolean {
    const { writable } = this.session;
    return writable !== undefined && within(writable, path) && !this.over;
  }

  private may(entry: Entry, act: Act): boolean {
    if (entry.unspeakable || this.over) return false;
    const content = entry.kind === "file" || entry.kind === "folder";
    if (act === "open") return content && !entry.part;
    if (act === "download") return content && !entry.part;
    const own = this.writes(entry.path) && entry.path !== this.session.writable;
    return own && (act === "remove" || !entry.part);
  }

  private async act(entry: Entry, act: Act): Promise<void> {
    if (act === "rename") await this.rename(entry);
    else if (act === "remove") await this.remove(entry);
    else if (act === "download" && entry.kind === "folder") this.archive(entry);
    else if (entry.kind === "folder") await this.show(entry.path);
    else if (act === "open") this.read(entry);
    else this.downloads.add(entry.path, entry.size);
  }

  private archive(entry: Entry): void {
    const { reading, say } = this.session;
    const around = { channel: reading, changed: this.panel.changed, say, save };
    const archive = new Archive(entry, around);
    this.downloads.enqueue(() => archive.run());
  }

  /** A small file as text, where it is one. */
  private read(entry: Entry): void {
    const { say, reading, writing, scans } = this.session;
    if (entry.size > TEXT_MOST) {
      this.tell(say("too_large_to_read", { name: plain(entry.name) }));
      return;
    }
    const may = this.writes(entry.path);
    const section = part(this.page, "editor");
    const list = part(this.page, "list");
    const session = {
      say,
      reading,
      writing,
      scans,
      enqueue: (work: () => Promise<void>) => this.downloads.enqueue(work),
      download: () => void this.downloads.add(entry.path, entry.size),
      tell: (sentence: string) => {
        list.hidden = !section.hidden;
        this.tell(sentence);
      },
      leave: (status: string) => {
        list.hidden = false;
        void this.show(this.path, status);
      },
    };
    this.editor = new Editor(section, entry.path, entry.name, may, session);
    this.editor.open();
  }

  // Looking

  /** Every page of a folder; the one that was asked for last is shown. */
  async show(folder: string, status = ""): Promise<void> {
    this.asked += 1;
    const { asked } = this;
    let entries: Entry[];
    try {
      entries = await listed(this.session.reading, folder);
    } catch (error) {
      this.tell(spoken(this.session.say, error));
      return;
    }
    if (asked !== this.asked) return;
    const went = folder !== this.path;
    this.path = folder;
    this.shown = entries;
    this.draw(status, went);
  }

  private draw(status: string, went: boolean): void {
    const { say } = this.session;
    this.crumbs();
    this.listing.draw(this.shown);
    const may = this.writes(this.path);
    for (const name of ["upload", "upload-folder", "mkdir"]) part(this.page, name).hidden = !may;
    part(this.page, "drop").hidden = !may;
    part(this.page, "table").hidden = this.shown.length === 0;
    this.tell(status || (this.shown.length === 0 ? say("empty") : ""));
    if (went) part(this.page, "path").querySelector<HTMLElement>("button:last-of-type")?.focus();
  }

  /** The way from the session's folder to this one, each part a way back. */
  private crumbs(): void {
    const { root } = this.session;
    const below = this.path.slice(root === "/" ? 0 : root.length);
    const names = below.split("/").filter((name) => name !== "");
    const places = names.map((name, index) => ({
      name,
      path: join(root, names.slice(0, index + 1).join("/")),
    }));
    const all = [{ name: root, path: root }, ...places];
    const made = all.map(({ name, path }, index) => {
      const shown = element("bdi", {}, plain(name));
      if (index === all.length - 1) {
        const here = element("strong", { tabIndex: -1 }, shown);
        here.setAttribute("aria-current", "location");
        return here;
      }
      const button = element("button", { type: "button" }, shown);
      button.addEventListener("click", () => void this.show(path));
      return button;
    });
    part(this.page, "path").replaceChildren(...made);
  }

  private async changedIn(folder: string): Promise<void> {
    if (folder === this.path && !this.over) await this.show(folder);
    await this.unfinished.draw();
  }

  // Changing

  private async asking(question: Parameters<typeof ask>[1]): Promise<[string, string]> {
    const { choice, value } = await ask(this.dialog, question);
    return [choice, value];
  }

  /** Do it, say what became of it, show the folder. */
  private async change(act: () => Promise<unknown>, done: string): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.tell(spoken(this.session.say, error));
      return;
    }
    await this.show(this.path, done);
  }

  private check(folder: string): (name: string) => string {
    const { say } = this.session;
    return (name) => {
      const problem = wrong(name);
      if (problem !== "") return say(problem);
      const there = folder === this.path && this.shown.some((entry) => entry.name === name);
      return there ? say("name_taken") : "";
    };
  }

  private async mkdir(): Promise<void> {
    const { say, writing } = this.session;
    const folder = this.path;
    const [choice, name] = await this.asking({
      title: say("mkdir"),
      body: say("mkdir_in", { folder: plain(folder) }),
      field: { label: say("name"), value: "", check: this.check(folder) },
      choices: [
        { value: "", words: say("cancel") },
        { value: "make", words: say("make"), kind: "primary" },
      ],
    });
    if (choice === "") return;
    const path = join(folder, name);
    await this.change(
      () => writing().ask({ do: "mkdir", path }),
      say("made", { name: plain(name) }),
    );
  }

  private async rename(entry: Entry): Promise<void> {
    const { say, writing } = this.session;
    const folder = parent(entry.path);
    const [choice, name] = await this.asking({
      title: say("rename"),
      body: say("rename_what", { name: plain(entry.name) }),
      field: { label: say("new_name"), value: entry.name, check: this.check(folder) },
      choices: [
        { value: "", words: say("cancel") },
        { value: "rename", words: say("rename"), kind: "primary" },
      ],
    });
    if (choice === "") return;
    const request = { do: "rename", path: entry.path, to: join(folder, name) };
    const done = say("renamed", { name: plain(entry.name), to: plain(name) });
    await this.change(() => writing().ask(request), done);
  }

  private async remove(entry: Entry): Promise<void> {
    const { say, writing } = this.session;
    const folder = entry.kind === "folder";
    const [choice] = await this.asking({
      title: say(folder ? "remove_folder" : "remove_file"),
      body: say(folder ? "remove_folder_what" : "remove_what", { name: plain(entry.name) }),
      choices: [
        { value: "", words: say("cancel") },
        { value: "remove", words: say("remove"), kind: "danger" },
      ],
    });
    if (choice === "") return;
    const done = say("removed", { name: plain(entry.name) });
    await this.change(() => writing().ask({ do: "remove", path: entry.path }), done);
  }

  // Uploads

  /** Files to this folder: its folders first, and nothing is replaced unasked. */
  private async take(picked: Picked[]): Promise<void> {
    if (picked.length === 0) return;
    const { say } = this.session;
    const folder = this.path;
    const bad = picked.find(({ path }) => path.split("/").some((name) => wrong(name) !== ""));
    if (bad !== undefined) {
      this.tell(say("bad_name", { name: plain(bad.path) }));
      return;
    }
    try {
      await this.folders(folder, picked);
      const there = await this.existing(folder, picked);
      const chosen = there.size === 0 ? "replace" : await this.overwrite([...there], picked.length);
      if (chosen === "") return;
      for (const { path, file } of picked) {
        if (chosen === "skip" && there.has(path)) continue;
        this.uploads.add(file, join(folder, path));
      }
    } catch (error) {
      this.tell(spoken(say, error));
    }
  }

  private async folders(folder: string, picked: Picked[]): Promise<void> {
    for (const name of folders(picked)) {
      try {
        await this.session.writing().ask({ do: "mkdir", path: join(folder, name) });
      } catch (error) {
        if (!(error instanceof FileRefused) || error.code !== "exists") throw error;
      }
    }
    if (picked.some(({ path }) => path.includes("/"))) await this.show(folder);
  }

  private async existing(folder: string, picked: Picked[]): Promise<Set<string>> {
    const found = new Set<string>();
    for (const { path } of picked) {
      try {
        await this.session.writing().ask({ do: "stat", path: join(folder, path) });
        found.add(path);
      } catch (error) {
        if (!(error instanceof FileRefused) || error.code !== "not-found") throw error;
      }
    }
    return found;
  }

  private async overwrite(there: string[], all: number): Promise<string> {
    const { say } = this.session;
    const first = plain(leaf(there[0] ?? ""));
    const one = there.length === 1;
    const values = { name: first, n: there.length, all };
    const skip = { value: "skip", words: say("skip") };
    const [choice] = await this.asking({
      title: say("replace_title"),
      body: say(one ? "replace_one" : "replace_some", values),
      choices: [
        { value: "", words: say("cancel") },
        ...(all > there.length ? [skip] : []),
        { value: "replace", words: say("replace"), kind: "danger" },
      ],
    });
    return choice;
  }
}

/** Hand a file to the browser's own downloads. */
export function save(blob: Blob, name: string): void {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
