/** The list of a folder: a table, a line an entry, names as hostile text. */

import type { Json } from "../link/frames";
import { element, icon } from "./elements";
import { isPart, join, plain, size } from "./names";
import type { Words } from "./words";

export interface Entry {
  name: string;
  path: string;
  kind: string;
  size: number;
  changed: number;
  /** Its name is no UTF-8: it can be shown, not asked for. */
  unspeakable: boolean;
  part: boolean;
}

export function entryOf(folder: string, value: Json): Entry {
  const name = String(value.name);
  return {
    name,
    path: join(folder, name),
    kind: String(value.kind),
    size: Number(value.size) || 0,
    changed: Number(value.changed) || 0,
    unspeakable: value.raw !== undefined,
    part: isPart(name),
  };
}

export type Act = "open" | "download" | "rename" | "remove";

export interface Doing {
  may(entry: Entry, act: Act): boolean;
  act(entry: Entry, act: Act): void;
}

const ICONS: Record<Act, string> = {
  open: "",
  download: "download",
  rename: "edit",
  remove: "trash",
};

export class Listing {
  private readonly time: Intl.DateTimeFormat;

  constructor(
    private readonly page: HTMLElement,
    private readonly body: HTMLElement,
    private readonly say: Words,
    private readonly doing: Doing,
    zone: string,
  ) {
    this.time = new Intl.DateTimeFormat(undefined, {
      dateStyle: "medium",
      timeStyle: "short",
      timeZone: zone,
    });
  }

  draw(entries: Entry[]): void {
    const order = (entry: Entry) => (entry.kind === "folder" ? 0 : 1);
    const sorted = [...entries].sort((one, other) => order(one) - order(other));
    this.body.replaceChildren(...sorted.map((entry) => this.row(entry)));
  }

  private row(entry: Entry): HTMLElement {
    const folder = entry.kind === "folder";
    const name = element("td", {}, this.name(entry));
    const about = folder ? "" : size(entry.size);
    const changed = entry.changed > 0 ? this.time.format(entry.changed) : "";
    const acts = element("td", { className: "files-acts" });
    for (const act of ["download", "rename", "remove"] as const) {
      if (this.doing.may(entry, act)) acts.append(this.button(entry, act));
    }
    return element(
      "tr",
      {},
      name,
      element("td", { className: "files-size" }, about),
      element("td", { className: "files-changed" }, changed),
      acts,
    );
  }

  private name(entry: Entry): HTMLElement {
    const picture = icon(this.page, entry.kind === "folder" ? "folder" : "document");
    const shown = element("bdi", {}, plain(entry.name));
    const note = this.note(entry);
    const children = note === "" ? [picture, shown] : [picture, shown, this.faint(note)];
    if (!this.doing.may(entry, "open")) {
      return element("span", { className: "files-open" }, ...children);
    }
    const button = element("button", { type: "button", className: "files-open" }, ...children);
    button.addEventListener("click", () => this.doing.act(entry, "open"));
    return button;
  }

  private note(entry: Entry): string {
    if (entry.unspeakable) return this.say("unspeakable");
    if (entry.part) return this.say("part");
    return entry.kind === "link" || entry.kind === "other" ? this.say(`kind_${entry.kind}`) : "";
  }

  private faint(words: string): HTMLElement {
    return element("span", { className: "faint text-s" }, words);
  }

  private button(entry: Entry, act: Act): HTMLElement {
    const words = `${this.say(act)}: ${plain(entry.name)}`;
    const button = element("button", { type: "button", className: "button", title: words });
    button.dataset.kind = "quiet";
    button.setAttribute("aria-label", words);
    button.append(icon(this.page, ICONS[act]));
    button.addEventListener("click", () => this.doing.act(entry, act));
    return button;
  }
}
