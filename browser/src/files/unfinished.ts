/** What an earlier page left unfinished: offered again, with how much of it is there already. */

import { element } from "./elements";
import type { KeptUploads, UnfinishedUpload } from "./kept";
import { leaf, plain, size } from "./names";
import type { Unfinished as Download, PartStore } from "./parts";
import { sumOf } from "./sha256";
import type { Transfer } from "./transfer";
import type { Words } from "./words";

interface Kept {
  kept: KeptUploads;
  parts: PartStore;
}

export class Unfinished {
  private upload: (file: File, path: string) => Transfer = () => {
    throw new Error("Nobody continues uploads.");
  };
  private download: (path: string, size: number) => Transfer = () => {
    throw new Error("Nobody continues downloads.");
  };
  private readonly taken = new Set<string>();

  constructor(
    private readonly section: HTMLElement,
    private readonly say: Words,
    private readonly stores: Kept,
    private readonly writes: (path: string) => boolean,
  ) {}

  onContinue(
    upload: (file: File, path: string) => Transfer,
    download: (path: string, size: number) => Transfer,
  ): void {
    this.upload = upload;
    this.download = download;
  }

  /** Those of earlier pages; this page's own are in its list of transfers. */
  async draw(): Promise<void> {
    const { kept, parts } = this.stores;
    this.first ??= {
      uploads: kept.all().filter((each) => this.writes(each.path)),
      downloads: await parts.all(),
    };
    const { uploads, downloads } = this.first;
    const items = [
      ...uploads.filter((each) => !this.taken.has(each.path)).map((each) => this.uploadItem(each)),
      ...downloads
        .filter((each) => !this.taken.has(each.path))
        .map((each) => this.downloadItem(each)),
    ];
    this.section.querySelector("ul")?.replaceChildren(...items);
    this.section.hidden = items.length === 0;
  }

  private first: { uploads: UnfinishedUpload[]; downloads: Download[] } | undefined;

  private done(path: string): void {
    this.taken.add(path);
    void this.draw();
  }

  private item(words: string, ...buttons: [string, () => void][]): HTMLElement {
    const made = buttons.map(([key, act]) => {
      const button = element("button", { type: "button", className: "button" }, this.say(key));
      button.addEventListener("click", act);
      return button;
    });
    return element("li", {}, element("span", {}, words), ...made);
  }

  private uploadItem(each: UnfinishedUpload): HTMLElement {
    const values = { name: plain(each.name), there: size(each.there), size: size(each.size) };
    const item = this.item(
      this.say("unfinished_up", values),
      ["choose_again", () => this.choose(each, item)],
      [
        "forget",
        () => {
          this.stores.kept.forget(each.path);
          this.done(each.path);
        },
      ],
    );
    return item;
  }

  private downloadItem(each: Download): HTMLElement {
    const whole = Number(each.expect.size) || 0;
    const values = { name: plain(leaf(each.path)), there: size(each.have), size: size(whole) };
    return this.item(
      this.say("unfinished_down", values),
      [
        "resume",
        () => {
          this.download(each.path, whole);
          this.done(each.path);
        },
      ],
      [
        "forget",
        () => {
          void this.stores.parts.forget(each.path);
          this.done(each.path);
        },
      ],
    );
  }

  /** The bytes are the technician's: only they can say where the file is. */
  private choose(each: UnfinishedUpload, item: HTMLElement): void {
    const field = element("input", { type: "file" });
    field.addEventListener("change", () => {
      const file = field.files?.[0];
      if (file !== undefined) void this.check(each, file, item);
    });
    field.click();
  }

  private async check(each: UnfinishedUpload, file: File, item: HTMLElement): Promise<void> {
    const words = item.querySelector("span");
    const same = file.size === each.size && (await sumOf(file, () => undefined)) === each.sha256;
    if (!same) {
      if (words !== null) words.textContent = this.say("other_file", { name: plain(each.name) });
      return;
    }
    this.upload(file, each.path);
    this.done(each.path);
  }
}
