/** A folder with everything in it, fetched file by file and handed over as one zip archive. */

import { FileRefused, type FilesChannel } from "./channel";
import { Arriving } from "./downloads";
import { type Entry, entryOf } from "./listing";
import { join, plain } from "./names";
import { Transfer } from "./transfer";
import { spoken, type Words } from "./words";
import { Zip } from "./zip";

const DEEPEST = 64;

export interface Around {
  channel: FilesChannel;
  changed(transfer: Transfer): void;
  say: Words;
  save(blob: Blob, name: string): void;
}

interface Found {
  entry: Entry;
  /** Where it goes in the archive. */
  name: string;
}

/** Every page of a folder. */
export async function listed(channel: FilesChannel, folder: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  let from = 0;
  do {
    const page = await channel.list(folder, from);
    const found = Array.isArray(page.entries) ? page.entries : [];
    for (const each of found) entries.push(entryOf(folder, each));
    from = Number(page.next) || 0;
  } while (from > 0);
  return entries;
}

export class Archive {
  readonly transfer: Transfer;
  private readonly zip = new Zip();
  private readonly left: string[] = [];
  private cancelled = false;

  constructor(
    private readonly folder: Entry,
    private readonly around: Around,
  ) {
    this.transfer = new Transfer("down", `${folder.name}.zip`, 0, around.changed);
    this.transfer.cancel = () => {
      this.cancelled = true;
      const running = this.transfer.state === "running";
      this.finish("cancelled");
      if (running) around.channel.stop("cancelled");
    };
    this.transfer.set("waiting");
  }

  /** Fetch it all; what cannot be fetched is named, and does not stop the rest. */
  async run(): Promise<void> {
    if (this.cancelled) return;
    const { say, save } = this.around;
    this.transfer.set("running");
    try {
      const files = await this.walk(this.folder.path, plain(this.folder.name), 0);
      this.transfer.size = files.reduce((sum, { entry }) => sum + entry.size, 0);
      let done = 0;
      for (const file of files) {
        await this.fetch(file, done);
        done += file.entry.size;
      }
      this.transfer.progress(done, done);
      const names = this.left.slice(0, 5).join(", ");
      const missing = this.left.length;
      this.finish("done", missing > 0 ? say("left_out", { n: missing, names }) : "");
      save(this.zip.finish(), `${plain(this.folder.name)}.zip`);
    } catch (error) {
      if (!this.cancelled) this.finish("failed", spoken(say, error));
    }
  }

  private finish(state: "done" | "failed" | "cancelled", sentence = ""): void {
    this.transfer.cancel = undefined;
    this.transfer.set(state, sentence);
  }

  private async walk(folder: string, name: string, depth: number): Promise<Found[]> {
    this.zip.folder(name);
    const found: Found[] = [];
    for (const entry of await listed(this.around.channel, folder)) {
      const place = join(name, plain(entry.name));
      const readable = !entry.unspeakable && !entry.part;
      if (readable && entry.kind === "file") found.push({ entry, name: place });
      else if (readable && entry.kind === "folder" && depth < DEEPEST) {
        found.push(...(await this.walk(entry.path, place, depth + 1)));
      } else if (!entry.part) this.left.push(place);
    }
    return found;
  }

  private async fetch({ entry, name }: Found, before: number): Promise<void> {
    if (!this.zip.fits(entry.size)) throw new FileRefused("zip", this.around.say("zip_full"));
    const sink = new Arriving((have) => this.transfer.progress(before + have, before + have));
    let told: string;
    try {
      told = String((await this.around.channel.get(entry.path, sink)).sha256);
    } catch (error) {
      if (!(error instanceof FileRefused) || ["over", "cancelled"].includes(error.code))
        throw error;
      this.left.push(name);
      return;
    }
    const { blob, sha256 } = sink.finish();
    if (sha256 === told) await this.zip.add(name, blob, entry.changed);
    else this.left.push(name);
  }
}
