/** Uploads, one after another: summed, asked for, sent, and gone on with after a pause or a closed tab. */

import type { FilesChannel } from "./channel";
import { FileRefused } from "./channel";
import type { KeptUploads } from "./kept";
import { leaf, parent, partOf } from "./names";
import { mayScanAgain, type Scanned, type Scans } from "./scans";
import { sumOf } from "./sha256";
import { Transfer } from "./transfer";
import { spoken, type Words } from "./words";

const KEEP_EVERY = 1 << 20; // bytes between two notes of how far an upload is

export interface Around {
  channel(): FilesChannel;
  changed(transfer: Transfer): void;
  say: Words;
  kept: KeptUploads;
  /** A folder's content is not what it was. */
  arrived(folder: string): void;
  now(): number;
  /** Where the contract demands that somebody looks first. */
  scans?: Scans | undefined;
}

interface Job {
  file: Blob;
  path: string;
  transfer: Transfer;
  noted: number;
  paused: boolean;
  cancelled: boolean;
  /** Ends a scan that nobody waits for any more. */
  stop: AbortController;
}

export class Uploads {
  private readonly queue: Job[] = [];
  private running: Job | undefined;

  constructor(private readonly around: Around) {}

  add(file: Blob, path: string): Transfer {
    const { changed } = this.around;
    const transfer = new Transfer("up", leaf(path), file.size, changed);
    const stop = new AbortController();
    const job = { file, path, transfer, noted: 0, paused: false, cancelled: false, stop };
    transfer.cancel = () => this.cancel(job);
    transfer.set("waiting");
    this.queue.push(job);
    this.next();
    return transfer;
  }

  private next(): void {
    if (this.running !== undefined) return;
    this.running = this.queue.shift();
    if (this.running === undefined) return;
    void this.run(this.running).finally(() => {
      this.running = undefined;
      this.next();
    });
  }

  private async run(job: Job): Promise<void> {
    const { transfer, path } = job;
    const { say, kept } = this.around;
    try {
      await this.sum(job);
      if (job.cancelled || job.paused) return;
      const engine = await this.send(job);
      if (engine === undefined) return;
      kept.forget(path);
      transfer.progress(job.file.size, job.file.size);
      job.transfer.finish("done", engine === "" ? "" : say("scanned", { engine }));
      this.around.arrived(parent(path));
    } catch (error) {
      if (job.paused || job.cancelled) return;
      job.transfer.finish("failed", this.why(error, say));
      if (mayScanAgain(error)) this.offerAgain(job);
    }
  }

  /** Looked at where that is demanded, then to the device. Who looked; undefined when it was stopped. */
  private async send(job: Job, again = true): Promise<string | undefined> {
    const { transfer, path } = job;
    const { sha256 } = transfer;
    const seen = await this.look(job);
    if (job.cancelled || job.paused) return undefined;
    transfer.pause = () => this.pause(job);
    transfer.set("running");
    const wanted = { path, sha256, ...(seen && { scan: seen.scan }) };
    try {
      await this.around.channel().put(wanted, job.file, (sent, there) => {
        transfer.progress(sent, there);
        this.note(job);
      });
    } catch (error) {
      const old = error instanceof FileRefused && error.code === "scan-expired";
      if (!old || !again) throw error;
      this.around.scans?.forget(sha256);
      return this.send(job, false);
    }
    return seen?.engine ?? "";
  }

  private async look(job: Job): Promise<Scanned | undefined> {
    const { scans } = this.around;
    if (scans === undefined) return undefined;
    const { transfer, file, path, stop } = job;
    transfer.pause = undefined;
    transfer.set("scanning");
    const told = (sent: number) => transfer.progress(sent, sent);
    const seen = await scans.look(file, transfer.sha256, leaf(path), told, stop.signal);
    transfer.progress(0, 0);
    return seen;
  }

  private offerAgain(job: Job): void {
    const { transfer } = job;
    transfer.retry = () => {
      transfer.retry = undefined;
      transfer.cancel = () => this.cancel(job);
      transfer.set("waiting");
      this.queue.push(job);
      this.next();
    };
    this.around.changed(transfer);
  }

  private why(error: unknown, say: Words): string {
    if (error instanceof FileRefused && error.code === "unreadable") return say("unreadable");
    return spoken(say, error);
  }

  private async sum(job: Job): Promise<void> {
    const { transfer, file } = job;
    if (transfer.sha256 !== "") return;
    transfer.set("summing");
    try {
      const go = () => !job.cancelled;
      transfer.sha256 = await sumOf(file, (bytes) => transfer.progress(bytes, 0), go);
    } catch {
      throw new FileRefused("unreadable", "");
    }
  }

  private note(job: Job): void {
    const { transfer, path } = job;
    if (transfer.there > 0 && transfer.there - job.noted < KEEP_EVERY && job.noted > 0) return;
    job.noted = Math.max(1, transfer.there);
    const { name, size, sha256, there } = transfer;
    this.around.kept.keep({ path, name, size, sha256, there, at: this.around.now() });
  }

  /** What is on its way still arrives; the part on the device stays. */
  private pause(job: Job): void {
    job.paused = true;
    job.transfer.hold(() => {
      job.paused = false;
      this.queue.push(job);
      this.next();
    });
    this.around.channel().stop("paused");
  }

  /** The part on the device goes, too. */
  private cancel(job: Job): void {
    job.cancelled = true;
    job.stop.abort();
    const { kept, channel } = this.around;
    const { sha256, state } = job.transfer;
    kept.forget(job.path);
    const place = this.queue.indexOf(job);
    if (place >= 0) this.queue.splice(place, 1);
    job.transfer.finish("cancelled");
    if (state === "running") channel().stop("cancelled");
    if (sha256 === "" || (state !== "running" && state !== "paused")) return;
    const path = partOf(parent(job.path), sha256);
    // There may be none: then there is nothing to take away.
    void channel()
      .ask({ do: "remove", path })
      .catch(() => undefined)
      .then(() => this.around.arrived(parent(job.path)));
  }
}
