/** Downloads: one after another, summed while they come, handed to the browser when the sums agree. */

import type { Json } from "../link/frames";
import { FileRefused, type FilesChannel, type Sink } from "./channel";
import { leaf, plain } from "./names";
import type { PartStore } from "./parts";
import { Sha256 } from "./sha256";
import { Transfer } from "./transfer";
import { spoken, type Words } from "./words";

const BLOB = 1 << 20; // bytes joined to one Blob, which a browser may put on its disk

/** Pieces of one file as they come. Before `have` stands what an earlier page kept. */
export class Arriving implements Sink {
  have = 0;
  expect: Json | undefined;
  private readonly hash = new Sha256();
  private readonly blobs: Blob[] = [];
  private pieces: Uint8Array[] = [];
  private held = 0;

  constructor(
    private readonly told: (have: number, size: number) => void,
    private readonly keep: (index: number, blob: Blob, sink: Arriving) => void = () => undefined,
  ) {}

  /** Take up what was kept. */
  async kept(blobs: Blob[], expect: Json): Promise<void> {
    for (const blob of blobs) {
      this.hash.update(new Uint8Array(await blob.arrayBuffer()));
      this.blobs.push(blob);
      this.have += blob.size;
    }
    this.expect = expect;
  }

  began(value: Json): void {
    this.expect = { size: value.size, changed: value.changed };
    this.told(this.have, Number(value.size));
  }

  take(data: Uint8Array): void {
    this.hash.update(data);
    this.pieces.push(data);
    this.held += data.length;
    this.have += data.length;
    if (this.held >= BLOB) this.fold();
    this.told(this.have, Number(this.expect?.size ?? 0));
  }

  private fold(): void {
    if (this.held === 0) return;
    const blob = new Blob(this.pieces as BlobPart[]);
    this.blobs.push(blob);
    this.pieces = [];
    this.held = 0;
    this.keep(this.blobs.length - 1, blob, this);
  }

  /** The content and its SHA-256. */
  finish(): { blob: Blob; sha256: string } {
    this.fold();
    return { blob: new Blob(this.blobs), sha256: this.hash.digest() };
  }
}

export interface Around {
  channel: FilesChannel;
  changed(transfer: Transfer): void;
  say: Words;
  parts: PartStore;
  /** Hand a finished file to the person. */
  save(blob: Blob, name: string): void;
}

/** How one download went on: what it may be stopped by. */
interface Job {
  path: string;
  transfer: Transfer;
  paused: boolean;
  cancelled: boolean;
}

export class Downloads {
  private readonly queue: (() => Promise<void>)[] = [];
  private running = false;

  constructor(private readonly around: Around) {}

  add(path: string, size: number): Transfer {
    const transfer = new Transfer("down", leaf(path), size, this.around.changed);
    const job = { path, transfer, paused: false, cancelled: false };
    transfer.cancel = () => this.cancel(job);
    transfer.set("waiting");
    this.enqueue(() => this.run(job));
    return transfer;
  }

  /** Something else that needs the channel's one transfer, in its turn. */
  enqueue(work: () => Promise<void>): void {
    this.queue.push(work);
    void this.next();
  }

  private async next(): Promise<void> {
    if (this.running) return;
    const work = this.queue.shift();
    if (work === undefined) return;
    this.running = true;
    await work().finally(() => {
      this.running = false;
      void this.next();
    });
  }

  private async run(job: Job): Promise<void> {
    const { transfer, path } = job;
    const { channel, parts, say, save } = this.around;
    if (job.cancelled || job.paused) return;
    transfer.pause = () => this.pause(job);
    transfer.set("running");
    try {
      const { blob, sha256, told } = await this.fetched(channel, job);
      await parts.forget(path);
      transfer.sha256 = sha256;
      if (sha256 !== told) throw new FileRefused("differs", say("differs"));
      transfer.progress(blob.size, blob.size);
      job.transfer.finish("done");
      save(blob, plain(transfer.name));
    } catch (error) {
      if (!job.paused && !job.cancelled) job.transfer.finish("failed", spoken(say, error));
    }
  }

  /** The whole file; what an earlier page kept of it is not asked for again unless it was changed. */
  private async fetched(
    channel: FilesChannel,
    job: Job,
  ): Promise<{ blob: Blob; sha256: string; told: string }> {
    const { parts } = this.around;
    const earlier = await parts.find(job.path);
    const sink = this.sink(job);
    if (earlier !== undefined) await sink.kept(earlier.blobs, earlier.expect);
    try {
      const answer = await channel.get(job.path, sink);
      return { ...sink.finish(), told: String(answer.sha256) };
    } catch (error) {
      const stale = error instanceof FileRefused && ["changed", "offset"].includes(error.code);
      if (earlier === undefined || !stale) throw error;
      await parts.forget(job.path);
      const fresh = this.sink(job);
      const answer = await channel.get(job.path, fresh);
      return { ...fresh.finish(), told: String(answer.sha256) };
    }
  }

  private sink(job: Job): Arriving {
    const { transfer, path } = job;
    const told = (have: number, size: number) => {
      transfer.size = size;
      transfer.progress(have, have);
    };
    return new Arriving(told, (index, blob, { expect, have }) => {
      void this.around.parts.keep(path, { index, blob, expect: expect ?? {}, have });
    });
  }

  private pause(job: Job): void {
    job.paused = true;
    job.transfer.hold(() => {
      job.paused = false;
      this.enqueue(() => this.run(job));
    });
    this.around.channel.stop("paused");
  }

  private cancel(job: Job): void {
    job.cancelled = true;
    const running = job.transfer.state === "running";
    job.transfer.finish("cancelled");
    void this.around.parts.forget(job.path);
    if (running) this.around.channel.stop("cancelled");
  }
}
