/**
 * How far the device has heard what was typed. Its testimony stands in the output, before the echo: after INPUT of
 * n bytes the screen shows what those bytes did, whatever the two directions of the line do to each other.
 */

import type { Sent } from "./actions";

const ACK_PATIENCE_MS = 1000; // an ACK may overtake output that waits behind bulk

export class Heard {
  /** Bytes typed, and bytes of them that the device has testified. */
  sent = 0;
  until = 0;
  private unheard: number[] = [];
  private marks: { until: number; at: number }[] = [];
  private acked: { until: number; at: number } | undefined;

  type(bytes: Uint8Array): void {
    this.sent += bytes.length;
    this.unheard.push(...bytes);
  }

  /** INPUT testimony; false when it is not ours (an earlier page's, or after something unseen). */
  testified(bytes: Uint8Array, now: number): boolean {
    const place = this.find(bytes);
    if (place < 0) return false;
    this.unheard.splice(0, place + bytes.length);
    this.mark(now);
    return place === 0;
  }

  /** Everything typed so far was acknowledged by the device. */
  acknowledged(now: number): void {
    if (this.sent > this.until) this.acked ??= { until: this.sent, at: now };
  }

  /** Believe an acknowledgement whose testimony never came (input without echo has no length). */
  settle(now: number): void {
    if (this.acked === undefined || now - this.acked.at < ACK_PATIENCE_MS) return;
    const { until } = this.acked;
    this.acked = undefined;
    if (until <= this.until) return;
    this.unheard.splice(0, until - this.until);
    this.mark(now);
  }

  /** When the device had heard this much; undefined when it has not. */
  since(end: number): number | undefined {
    if (end > this.until) return undefined;
    return this.marks.find((mark) => mark.until >= end)?.at ?? Number.NEGATIVE_INFINITY;
  }

  /** What is still on its way. */
  flying(flight: Sent[]): Sent[] {
    return flight.filter((each) => each.end > this.until);
  }

  private mark(now: number): void {
    this.until = this.sent - this.unheard.length;
    this.marks.push({ until: this.until, at: now });
    if (this.marks.length > 256) this.marks.shift();
  }

  private find(bytes: Uint8Array): number {
    const last = this.unheard.length - bytes.length;
    for (let place = 0; place <= last; place += 1) {
      if (bytes.every((byte, at) => this.unheard[place + at] === byte)) return place;
    }
    return -1;
  }
}
