/**
 * Frames to messages: class 0 first, then the scheduled channels as far as the window allows. Bulk travels
 * in messages of its own, because a WebSocket message arrives only as a whole: a keystroke in front of
 * 64 KiB of bulk would wait for all of it.
 */

import { encode, type Frame, join } from "./frames";
import { BULK, type Pacer } from "./pacing";
import type { Schedule } from "./schedule";

const MAX_MESSAGE = 131_072;
const SMALL = 1024;

export class Outbox {
  private control: Uint8Array[] = [];
  private messages: Uint8Array[] = [];
  private parts: Uint8Array[] = [];
  /** Counted bytes in `parts`: all but a LINKACK. */
  private size = 0;

  constructor(
    private readonly pacer: Pacer,
    private readonly schedule: Schedule,
  ) {}

  /** Queue a frame of class 0. */
  push(frame: Frame): void {
    this.control.push(encode(frame));
  }

  /** Nothing could be written now. */
  get idle(): boolean {
    return this.control.length === 0 && this.schedule.pick() === undefined;
  }

  /** The messages to write now; `head` is a LINKACK to begin with. */
  transmit(now: number, head: Uint8Array | undefined): Uint8Array[] {
    this.messages = [];
    const before = this.pacer.sent;
    this.pacer.pacedUntil = undefined;
    if (head !== undefined) this.parts.push(head);
    for (const frame of this.control) {
      if (this.size + frame.length + (head?.length ?? 0) > MAX_MESSAGE) this.flush(now);
      this.add(frame);
    }
    this.control = [];
    const blocked = this.channels(now);
    this.flush(now);
    if (blocked) this.pacer.blocked(before);
    return this.messages;
  }

  /** Take chunks by class; true when the window ended it, not a lack of units. */
  private channels(now: number): boolean {
    for (let next = this.schedule.pick(); next !== undefined; next = this.schedule.pick()) {
      const { priority } = next;
      if (!this.pacer.admits(this.size, now, priority)) return true;
      const token = this.pacer.probe(now);
      if (token !== undefined) this.add(encode({ name: "ping", token }));
      const chunk = this.pacer.chunkFor(priority);
      const encoded = next.take(chunk);
      if (encoded === undefined) continue;
      const alone = priority === BULK;
      if (alone || this.size + encoded.length > Math.max(chunk, SMALL)) this.flush(now);
      this.add(encoded);
      if (alone) this.flush(now);
      this.schedule.took(next);
    }
    return false;
  }

  private add(encoded: Uint8Array): void {
    this.parts.push(encoded);
    this.size += encoded.length;
  }

  private flush(now: number): void {
    const [first] = this.parts;
    if (first === undefined) return;
    this.messages.push(this.parts.length === 1 ? first : join(...this.parts));
    if (this.size > 0) this.pacer.wrote(this.size, now);
    this.parts = [];
    this.size = 0;
  }
}
