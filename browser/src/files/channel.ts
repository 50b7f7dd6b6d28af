/**
 * The technician's end of a channel of kind `files` (docs/protocols/link.md, Files): requests with ids,
 * answers, and downloads that go on at their offset when the front no longer has what was on its way.
 */

import type { Json } from "../link/frames";
import type { Unit } from "../link/streams";

export const REQUEST = 24;
export const ANSWER = 48;

export interface Sender {
  command(kind: number, body: Uint8Array): void;
}

/** An answer that says no; the sentence is the device's. */
export class FileRefused extends Error {
  constructor(
    readonly code: string,
    sentence: string,
  ) {
    super(sentence);
  }
}

export interface Downloaded {
  pieces: Uint8Array[];
  size: number;
  sha256: string;
}

interface Waiting {
  request: Json;
  answered(value: Json): void;
  failed(problem: FileRefused): void;
}

interface Download extends Waiting {
  pieces: Uint8Array[];
  have: number;
  begun: boolean;
  expect: Json | undefined;
  progress(have: number, size: number): void;
}

const text = new TextEncoder();

export class FilesChannel {
  private readonly waiting = new Map<string, Waiting>();
  private download: Download | undefined;
  private count = 0;

  /** `prefix` differs between pages: a channel outlives a page, and no id is used twice. */
  constructor(
    private readonly sender: Sender,
    private readonly prefix: string,
  ) {}

  list(path: string, from = 0): Promise<Json> {
    return this.ask({ do: "list", path, from });
  }

  private ask(request: Json): Promise<Json> {
    return new Promise((answered, failed) => this.send({ request, answered, failed }));
  }

  /** A file's content; one at a time. */
  get(path: string, progress: (have: number, size: number) => void): Promise<Downloaded> {
    return new Promise((resolve, failed) => {
      const request = { do: "get", path, offset: 0 };
      const answered = (value: Json) => {
        const { pieces } = download;
        resolve({ pieces, size: Number(value.size), sha256: String(value.sha256) });
      };
      const state = { pieces: [], have: 0, begun: false, expect: undefined };
      const download: Download = { request, answered, failed, progress, ...state };
      this.download = download;
      this.send(download);
    });
  }

  private send(waiting: Waiting): void {
    this.count += 1;
    const id = `${this.prefix}-${this.count}`;
    this.waiting.set(id, waiting);
    this.sender.command(REQUEST, text.encode(JSON.stringify({ ...waiting.request, id })));
  }

  /** A unit of the device's stream. */
  unit(unit: Unit): void {
    if (unit.kind === "data") this.content(unit.data);
    else if (unit.kind === "gap") this.lost();
    else if (unit.control === ANSWER) this.answer(unit.body);
  }

  private content(data: Uint8Array): void {
    const download = this.download;
    if (download === undefined || !download.begun) return;
    download.pieces.push(data.slice());
    download.have += data.length;
    download.progress(download.have, Number(download.expect?.size ?? 0));
  }

  /** Something on its way was kept nowhere: whatever waits is asked again, a file from where it is. */
  private lost(): void {
    const again = [...this.waiting.values()];
    this.waiting.clear();
    this.sender.command(REQUEST, text.encode(JSON.stringify({ do: "stop", id: this.prefix })));
    for (const waiting of again) {
      if (waiting === this.download) this.rewind(this.download);
      this.send(waiting);
    }
  }

  private rewind(download: Download): void {
    download.begun = false;
    const { path } = download.request;
    download.request = { do: "get", path, offset: download.have, expect: download.expect };
  }

  private answer(body: Uint8Array): void {
    let value: Json;
    try {
      value = JSON.parse(new TextDecoder().decode(body)) as Json;
    } catch {
      return; // a device that answers nonsense is waited for in vain
    }
    const id = String(value?.id ?? "");
    const waiting = this.waiting.get(id);
    if (waiting === undefined) return;
    if (value.begun === true && waiting === this.download) {
      this.begin(this.download, value);
      return;
    }
    this.waiting.delete(id);
    if (waiting === this.download) this.download = undefined;
    if (value.ok === true) waiting.answered(value);
    else waiting.failed(new FileRefused(String(value.code), String(value.sentence)));
  }

  private begin(download: Download, value: Json): void {
    download.begun = true;
    download.expect = { size: value.size, changed: value.changed };
    download.progress(download.have, Number(value.size));
  }
}
