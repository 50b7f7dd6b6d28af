/**
 * The technician's end of a channel of kind `files` (docs/protocols/link.md, Files): requests with ids,
 * answers, and transfers that go on at their offset when the front no longer has what was on its way.
 */

import type { Json } from "../link/frames";
import type { Unit } from "../link/streams";
import type { Envelope } from "../session/bootstrap";

export const REQUEST = 24;
export const ANSWER = 48;
const CHUNK = 65_536;

export interface Sender {
  command(kind: number, body: Uint8Array): void;
  /** Content; false when no more can be kept at the moment. */
  type(bytes: Uint8Array): boolean;
  /** Offsets of what is sent: produced, given to a connection, and accepted by the device. */
  readonly input: { readonly end: number; readonly reached: number; readonly acked: number };
}

/** An answer that says no; the sentence is the device's. */
export class FileRefused extends Error {
  constructor(
    readonly code: string,
    sentence: string,
    readonly data: Json = {},
  ) {
    super(sentence);
  }
}

export interface Wanted {
  path: string;
  sha256: string;
  backup?: boolean;
  /** The SHA-256 of what is replaced. */
  expect?: string;
  /** What the scanner said of this content, where the contract demands it. */
  scan?: Envelope;
}

/** Where a download goes: pieces in order, from `have` on. */
export interface Sink {
  readonly have: number;
  readonly expect: Json | undefined;
  began(value: Json): void;
  take(data: Uint8Array): void;
}

interface Waiting {
  id: string;
  request: Json;
  answered(value: Json): void;
  failed(problem: FileRefused): void;
}

interface Download extends Waiting {
  begun: boolean;
  sink: Sink;
}

interface Upload extends Waiting {
  content: Blob;
  /** Where in the file the content of this `put` began, and where in our stream. */
  from: number;
  stream: number;
  begun: boolean;
  /** Counts the beginnings: an older pump ends when a newer one has begun. */
  turn: number;
  progress(sent: number, there: number): void;
}

const text = new TextEncoder();

export class FilesChannel {
  private readonly waiting = new Map<string, Waiting>();
  private download: Download | undefined;
  private upload: Upload | undefined;
  private count = 0;
  /** A `stop` whose answer has not come: what comes before it is of what was stopped. */
  private stopping = "";
  private room: () => void = () => undefined;

  /** `prefix` differs between pages: a channel outlives a page, and no id is used twice. */
  constructor(
    private readonly sender: Sender,
    private readonly prefix: string,
  ) {}

  list(path: string, from = 0): Promise<Json> {
    return this.ask({ do: "list", path, from });
  }

  ask(request: Json): Promise<Json> {
    return new Promise((answered, failed) => {
      this.send({ id: this.number(), request, answered, failed });
    });
  }

  /** A file's content into a sink; one at a time. Answers `{path, size, sha256}`. */
  get(path: string, sink: Sink): Promise<Json> {
    return new Promise((answered, failed) => {
      const request = { do: "get", path, offset: sink.have, expect: sink.expect };
      const id = this.number();
      this.download = { id, request, answered, failed, sink, begun: false };
      this.send(this.download);
    });
  }

  /** Content to the device, one file at a time; goes on where an earlier one of the same sum was cut. */
  put(
    wanted: Wanted,
    content: Blob,
    progress: (sent: number, there: number) => void,
  ): Promise<Json> {
    return new Promise((answered, failed) => {
      const request = { do: "put", size: content.size, ...wanted };
      const place = { from: 0, stream: 0, begun: false, turn: 0 };
      const id = this.number();
      this.upload = { id, request, answered, failed, content, progress, ...place };
      this.send(this.upload);
    });
  }

  /** Stop what is under way; it fails with `code`. What has arrived on the device stays there. */
  stop(code: string): void {
    const under = [this.download, this.upload].filter((each) => each !== undefined);
    this.download = this.upload = undefined;
    for (const each of under) this.waiting.delete(each.id);
    this.halt();
    for (const each of under) each.failed(new FileRefused(code, code));
  }

  /** No answer will ever come. */
  over(sentence: string): void {
    const all = [...this.waiting.values()];
    this.waiting.clear();
    this.download = this.upload = undefined;
    for (const each of all) each.failed(new FileRefused("over", sentence));
  }

  private number(): string {
    this.count += 1;
    return `${this.prefix}-${this.count}`;
  }

  private send(waiting: Waiting): void {
    this.waiting.set(waiting.id, waiting);
    this.say({ ...waiting.request, id: waiting.id });
  }

  private say(request: Json): void {
    this.sender.command(REQUEST, text.encode(JSON.stringify(request)));
  }

  private halt(): void {
    this.stopping = this.number();
    this.say({ do: "stop", id: this.stopping });
  }

  /** A unit of the device's stream. */
  unit(unit: Unit): void {
    if (unit.kind === "data") this.content(unit.data);
    else if (unit.kind === "gap") this.lost();
    else if (unit.control === ANSWER) this.answer(unit.body);
  }

  private content(data: Uint8Array): void {
    if (this.download?.begun) this.download.sink.take(data.slice());
  }

  /**
   * Something on its way was kept nowhere: whatever waits is asked again, a file from where it is. What
   * changes files is asked under its own id, so that what was done is answered and not done again.
   */
  private lost(): void {
    const again = [...this.waiting.values()];
    this.waiting.clear();
    this.halt();
    for (const waiting of again) {
      if (waiting === this.download) this.rewind(this.download);
      if (waiting === this.upload) this.upload.begun = false;
      this.send(waiting);
    }
  }

  private rewind(download: Download): void {
    const { path } = download.request;
    const { have, expect } = download.sink;
    download.begun = false;
    download.id = this.number();
    download.request = { do: "get", path, offset: have, expect };
  }

  private answer(body: Uint8Array): void {
    let value: Json;
    try {
      value = JSON.parse(new TextDecoder().decode(body)) as Json;
    } catch {
      return; // a device that answers nonsense is waited for in vain
    }
    const id = String(value?.id ?? "");
    if (id !== "" && id === this.stopping) this.stopping = "";
    const waiting = this.waiting.get(id);
    if (waiting === undefined) return;
    if (value.begun === true) this.begin(waiting, value);
    else this.settle(waiting, value);
  }

  private begin(waiting: Waiting, value: Json): void {
    if (this.stopping !== "") return; // of what was stopped
    if (waiting === this.download) {
      this.download.begun = true;
      this.download.sink.began(value);
    } else if (waiting === this.upload) void this.pump(this.upload, Number(value.offset) || 0);
  }

  private settle(waiting: Waiting, value: Json): void {
    this.waiting.delete(waiting.id);
    if (waiting === this.download) this.download = undefined;
    if (waiting === this.upload) this.upload = undefined;
    if (value.ok === true) waiting.answered(value);
    else waiting.failed(new FileRefused(String(value.code), String(value.sentence), value));
  }

  // Uploads

  private async pump(upload: Upload, from: number): Promise<void> {
    upload.turn += 1;
    upload.begun = true;
    upload.from = from;
    upload.stream = this.sender.input.end;
    const { turn, content } = upload;
    const mine = () => this.upload === upload && upload.begun && upload.turn === turn;
    this.tell();
    for (let at = from; at < content.size && mine(); ) {
      const piece = await this.piece(upload, at);
      if (piece === undefined || !mine()) return;
      while (mine() && !this.sender.type(piece)) await this.moved();
      at += piece.length;
      this.tell();
    }
  }

  /** Nothing when the file cannot be read any more: it was changed, moved, or its disk is gone. */
  private async piece(upload: Upload, at: number): Promise<Uint8Array | undefined> {
    try {
      return new Uint8Array(await upload.content.slice(at, at + CHUNK).arrayBuffer());
    } catch {
      if (this.upload === upload) this.stop("unreadable");
      return undefined;
    }
  }

  private moved(): Promise<void> {
    return new Promise((resolve) => {
      this.room = resolve;
    });
  }

  /** The device has accepted more of what we sent. */
  acked(): void {
    const { room } = this;
    this.room = () => undefined;
    this.tell();
    room();
  }

  private tell(): void {
    const upload = this.upload;
    if (upload === undefined || !upload.begun) return;
    const { acked, reached } = this.sender.input;
    const past = (offset: number) =>
      Math.min(upload.content.size, upload.from + Math.max(0, offset - upload.stream));
    upload.progress(past(reached), past(acked));
  }
}
