/** The channels of one connection that we receive, and what we owe the other end for them. */

import { RemoteError } from "./errors";
import { standingCredit } from "./schedule";
import type { Receiver, Unit } from "./streams";
import { unitLength } from "./streams";

/** Receivers by channel; units for other channels are dropped (late ones after a detach). */
export class Inbound {
  private readonly expected = new Map<number, { receiver: Receiver; granted: number }>();
  private readonly granted = new Map<number, number>();

  /** Receive `ch` from now on; nothing counts before the sender's SEEK. */
  expect(ch: number, receiver: Receiver): void {
    receiver.disconnect();
    const granted = Math.max(this.granted.get(ch) ?? 0, standingCredit(ch));
    this.granted.delete(ch);
    this.expected.set(ch, { receiver, granted });
  }

  /** Drop whatever still comes for `ch`. */
  forget(ch: number): void {
    this.expected.delete(ch);
    this.granted.delete(ch);
  }

  /** We told the sender that it may go up to `limit`. */
  grant(ch: number, limit: number): void {
    const expected = this.expected.get(ch);
    if (expected !== undefined) expected.granted = Math.max(expected.granted, limit);
    else this.granted.set(ch, Math.max(this.granted.get(ch) ?? 0, limit));
  }

  seek(ch: number, offset: number): void {
    this.expected.get(ch)?.receiver.seek(offset);
  }

  /** The new part of a unit; a GAP needs credit for its first offset only: it costs nothing to hold. */
  accept(ch: number, unit: Unit): { offset: number; unit: Unit } | undefined {
    const expected = this.expected.get(ch);
    if (expected === undefined) return undefined;
    const { receiver, granted } = expected;
    if (receiver.at !== undefined) {
      const reach = receiver.at + (unit.kind === "gap" ? 1 : unitLength(unit));
      if (reach > granted) {
        throw new RemoteError("credit", `Channel ${ch} was sent beyond its credit.`);
      }
    }
    return receiver.accept(unit);
  }
}

const ACK_DELAY = 0.025; // longest a LINKACK waits for company, in seconds
const ACK_BYTES = 1024;
const ACK_MESSAGES = 2;

/** When a LINKACK is due: at once for bulk, for two messages or 1 KiB; else with the next frame. */
export class Acknowledging {
  private bytes = 0;
  private messages = 0;
  private total = 0;
  private receivedAt = 0;
  /** When a LINKACK must go out; undefined while nothing is owed. */
  due: number | undefined;

  /** A message arrived that counts; `total` is the decoder's sum after it. */
  arrived(total: number, now: number, bulk: boolean): void {
    this.messages += 1;
    this.bytes += total - this.total;
    this.total = total;
    this.receivedAt = now;
    const urgent = bulk || this.messages >= ACK_MESSAGES || this.bytes >= ACK_BYTES;
    this.due = urgent ? now : now + ACK_DELAY;
  }

  /** A LINKACK is being written: the µs since the newest message. */
  settle(now: number): number {
    this.bytes = 0;
    this.messages = 0;
    this.due = undefined;
    return Math.max(0, Math.round((now - this.receivedAt) * 1_000_000));
  }
}
