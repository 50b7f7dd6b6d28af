/** The Files page: folders of the device, and downloads that survive a lost link. */

import type { Json } from "../link/frames";
import { type Unit, unitLength } from "../link/streams";
import { post, Refused, type SessionData } from "../session/bootstrap";
import {
  type Keys,
  SessionConnection,
  type SessionView,
  type TicketSource,
} from "../session/connection";
import type { Surroundings } from "../session/surroundings";
import { SessionBar } from "../terminal/bar";
import { FileRefused, FilesChannel } from "./channel";
import { plain } from "./names";

export class FilesPage implements SessionView {
  private readonly bar: SessionBar;
  private readonly connection: SessionConnection;
  private readonly channel: FilesChannel;
  private readonly root: string;
  private folder = "";
  private begun = false;
  private over = false;
  private busy = false;

  constructor(
    private readonly element: HTMLElement,
    private readonly data: SessionData,
    keys: Keys,
    ticket: TicketSource,
    around?: Surroundings,
  ) {
    this.root = String(data.channel.parameters.path);
    this.bar = new SessionBar(data.device.zone, data.expires);
    this.connection = new SessionConnection(data, keys, ticket, this, around);
    this.channel = new FilesChannel(this.connection, crypto.randomUUID());
    this.bar.onEnd(() => void this.end());
  }

  start(): void {
    this.connection.start();
  }

  leave(words: string): void {
    this.connection.stop();
    this.close(words);
  }

  unit(unit: Unit, offset: number): void {
    this.channel.unit(unit);
    this.connection.consumed(offset + unitLength(unit));
  }

  opened(_value: Json): void {
    this.bar.recording(true);
    if (this.begun) return;
    this.begun = true;
    void this.show(this.root);
  }

  refused(sentence: string): void {
    this.close(sentence);
  }

  ended(sentence: string): void {
    this.close(sentence);
  }

  link(state: "up" | "lost", _waiting: number): void {
    if (this.over) return;
    const lost = this.data.texts.reconnecting ?? "Reconnecting, nothing is lost.";
    this.bar.state(state === "up" ? "" : lost, state);
  }

  notice(value: Json): void {
    this.bar.people(value);
    this.link(value.device === "back" ? "up" : "lost", 0);
  }

  /** Nothing here foresees what the device will say. */
  heard(): void {}

  measured(rtt: number | undefined, bytes: number, resumes: number): void {
    this.bar.measured(rtt ?? 0, bytes, resumes);
  }

  private close(sentence: string): void {
    if (this.over) return;
    this.over = true;
    this.bar.recording(false);
    this.bar.state(sentence, "ended");
    document.querySelector<HTMLElement>("[data-session-after]")?.removeAttribute("hidden");
  }

  private async end(): Promise<void> {
    try {
      await post(this.data.end_url, {});
    } catch (error) {
      this.bar.state(
        error instanceof Refused ? error.message : "The server cannot be reached.",
        "up",
      );
    }
  }

  /** Every page of the folder, then the list; focus stands on its first line. */
  private async show(folder: string): Promise<void> {
    const entries: Json[] = [];
    try {
      let from = 0;
      do {
        const page = await this.channel.list(folder, from);
        if (Array.isArray(page.entries)) entries.push(...page.entries);
        from = Number(page.next) || 0;
      } while (from > 0);
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      this.say(error.message);
      return;
    }
    this.folder = folder;
    this.draw(entries);
  }

  private draw(entries: Json[]): void {
    const list = document.createElement("ul");
    list.className = "files-list";
    if (this.folder !== this.root) {
      const above = this.folder.slice(0, this.folder.lastIndexOf("/"));
      list.append(this.line("..", "", () => void this.show(above)));
    }
    for (const entry of entries) list.append(this.entry(entry));
    const heading = document.createElement("h2");
    heading.textContent = plain(this.folder);
    const status = document.createElement("p");
    status.setAttribute("role", "status");
    status.dataset.filesStatus = "";
    status.textContent = entries.length === 0 ? (this.data.texts.empty ?? "Nothing is here.") : "";
    this.element.replaceChildren(heading, status, list);
    list.querySelector<HTMLElement>("button")?.focus();
  }

  private entry(entry: Json): HTMLElement {
    const name = String(entry.name);
    const path = `${this.folder === "/" ? "" : this.folder}/${name}`;
    const folder = entry.kind === "folder";
    const words = folder ? `${name}/` : name;
    const usable = (folder || entry.kind === "file") && entry.raw === undefined;
    const act = folder ? () => void this.show(path) : () => void this.fetch(path, name);
    const about = folder ? "" : `${Number(entry.size).toLocaleString()} B`;
    return this.line(words, about, usable ? act : undefined);
  }

  private line(name: string, about: string, act: (() => void) | undefined): HTMLElement {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = plain(name);
    button.disabled = act === undefined;
    if (act !== undefined) button.addEventListener("click", act);
    const size = document.createElement("span");
    size.textContent = about;
    item.append(button, size);
    return item;
  }

  private say(words: string): void {
    const status = this.element.querySelector("[data-files-status]");
    if (status !== null) status.textContent = words;
    else this.bar.state(words, "up");
  }

  /** Download, compare the SHA-256 with the device's, and hand the file to the browser. */
  private async fetch(path: string, name: string): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      const file = await this.channel.get(path, (have, size) => {
        const percent = size > 0 ? Math.floor((have / size) * 100) : 100;
        this.say(`${plain(name)}: ${percent} %`);
      });
      await this.save(new Blob(file.pieces as BlobPart[]), name, file.sha256);
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      this.say(`${plain(name)}: ${error.message}`);
    } finally {
      this.busy = false;
    }
  }

  private async save(blob: Blob, name: string, told: string): Promise<void> {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
    const found = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    if (found !== told) {
      this.say(
        `${plain(name)}: ${this.data.texts.differs ?? "What arrived is not what was sent."}`,
      );
      return;
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = plain(name);
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    this.say(`${plain(name)}: SHA-256 ${found}`);
  }
}
