/**
 * How much may be outstanding on a link, and how large a chunk is (link.md, Streams; the twin of
 * wire/src/reachback_wire/pacing.py). Delay-based, after BBR (Cardwell et al., 2016): the window is min RTT
 * times delivery rate and one chunk, measured from LINKACKs, never from socket back-pressure.
 *
 * Times are seconds, sizes bytes, rates bytes per second.
 */

import { RemoteError } from "./errors";

export const INPUT = 1;
export const BULK = 3;

const CHUNK_TIME = 0.1;
const CHUNK_MIN = 512;
const CHUNK_MAX = 65_536;
const PIECE_TIME = 0.005;
const HEAD_MOST = 32; // bytes of SEEK and DATA heads around one chunk, at most
const CHUNK_FIRST = 4096;
const BULK_FIRST = 1024;
const CLEAN_MOST = 1200; // up to this size a message measures the round trip, not its own length
const RATE_ROUNDS = 10;
const MIN_RTT_AGE = 10;
const STARTUP_GAIN = 2;
const STARTUP_GROWTH = 1.25;
const STARTUP_ROUNDS = 3;
const SEEK_ROUNDS = 8;
const SEEK_GAIN = 1.25;
const QUEUED_FACTOR = 1.25;
const RTT_LEAST = 1e-6;
const RECORDS_MAX = 1024;
const PROBE = new TextEncoder().encode("min rtt?"); // the PING that measures an empty line

/** One message on its way. */
interface Sent {
  end: number;
  at: number;
  delivered: number;
  deliveredAt: number;
  firstAt: number;
  clean: boolean;
  limited: boolean;
}

/** The send window of one connection; told of every message and every LINKACK. */
export class Pacer {
  /** Bytes of frames written on this connection, LINKACKs excluded. */
  sent = 0;
  /** The newest LINKACK's total. */
  delivered = 0;
  rtt: number | undefined;
  minRtt: number | undefined;
  /** Windowed maximum of the delivery rate; 0 before the first measurement. */
  rate = 0;
  chunk = CHUNK_FIRST;
  /** When writing may go on although no LINKACK comes; undefined if the rate does not hold it. */
  pacedUntil: number | undefined;
  private deliveredAt: number;
  private firstAt: number;
  private minRttAt: number;
  private onWay: Sent[] = [];
  private rates: { round: number; rate: number }[] = [];
  private round = 0;
  private roundEnd = 0;
  private fullRate = 0;
  private flatRounds = 0;
  private starting = true;
  private pacedTo: number;
  private drainTo: number | undefined;
  private probeWanted = false;
  private probeAt: number | undefined;

  constructor(now: number) {
    this.deliveredAt = now;
    this.firstAt = now;
    this.minRttAt = now;
    this.pacedTo = now;
  }

  /** Bytes written and not yet LINKACKed. */
  get outstanding(): number {
    return this.sent - this.delivered;
  }

  /** Messages remembered until their LINKACK: bounded, whatever the other end withholds. */
  get records(): number {
    return this.onWay.length;
  }

  /**
   * Min RTT times delivery rate: what fills the line without a queue. Double at the start, and a quarter
   * more in two of eight round trips, to see a faster line.
   */
  get product(): number {
    const product = (this.minRtt ?? 0) * this.rate;
    if (this.starting) return product * STARTUP_GAIN;
    return this.round % SEEK_ROUNDS > 1 ? product : product * SEEK_GAIN;
  }

  /** The most one unit of this class may hold now: quarters of a chunk where the line holds less. */
  chunkFor(priority: number): number {
    if (this.rate === 0) return priority === BULK ? BULK_FIRST : CHUNK_FIRST;
    if (this.product >= this.chunk) return this.chunk;
    const quarter = Math.floor(this.chunk / 4);
    const piece = Math.max(quarter, CHUNK_MIN, Math.floor(this.rate * PIECE_TIME));
    return Math.min(piece, this.chunk);
  }

  /**
   * Whether one more chunk of this class may go, with `unsent` bytes in hand already. Input may pass the
   * window by one more chunk: waiting here never makes it faster.
   */
  admits(unsent: number, now: number, priority: number): boolean {
    const chunk = this.chunkFor(priority);
    const wanted = this.outstanding + unsent + chunk;
    const window = this.rate > 0 ? this.product + this.chunk : 4 * (chunk + HEAD_MOST);
    if (priority <= INPUT) return wanted <= window + Math.max(this.chunk, CHUNK_FIRST);
    return this.drained(now) && wanted <= window && !this.hurried(now);
  }

  /** Whether more than a chunk's time was written ahead of the rate (after a drain, say). */
  private hurried(now: number): boolean {
    if (this.pacedTo - now <= CHUNK_TIME + 1e-6 || this.rate === 0) return false;
    this.pacedUntil = this.pacedTo - CHUNK_TIME;
    return true;
  }

  /** False while the line is being emptied, to see the least round trip again. */
  private drained(now: number): boolean {
    if (this.drainTo === undefined) {
      if (this.rate === 0 || now - this.minRttAt <= MIN_RTT_AGE) return true;
      this.drainTo = this.sent;
    }
    if (this.delivered < this.drainTo) return false;
    this.drainTo = undefined;
    this.minRttAt = now;
    this.probeWanted = true;
    return true;
  }

  /** A message of `size` counted bytes was written. */
  wrote(size: number, now: number): void {
    const clean = this.outstanding === 0;
    if (clean) {
      this.firstAt = now;
      this.deliveredAt = now;
    }
    this.sent += size;
    if (this.rate > 0) {
      const gain = this.starting ? 2 * STARTUP_GAIN : SEEK_GAIN;
      this.pacedTo = Math.max(this.pacedTo, now) + size / (this.rate * gain);
    }
    const last = this.onWay.at(-1);
    if (last !== undefined && this.onWay.length >= RECORDS_MAX) {
      last.end = this.sent;
      return;
    }
    this.onWay.push({
      end: this.sent,
      at: now,
      delivered: this.delivered,
      deliveredAt: this.deliveredAt,
      firstAt: this.firstAt,
      clean: clean && size <= CLEAN_MOST,
      limited: false,
    });
  }

  /** The window, not a lack of units, ended the writing that began at total `since`. */
  blocked(since: number): void {
    for (let index = this.onWay.length - 1; index >= 0; index -= 1) {
      const sent = this.onWay[index];
      if (sent === undefined || sent.end <= since) return;
      sent.limited = true;
    }
  }

  /** A LINKACK arrived; RemoteError when it claims bytes that were never written. */
  acknowledged(total: number, delay: number, now: number): void {
    if (total > this.sent) {
      throw new RemoteError("linkack", "More bytes were acknowledged than were written.");
    }
    let done = 0;
    while ((this.onWay[done]?.end ?? Number.POSITIVE_INFINITY) <= total) done += 1;
    const newest = this.onWay.splice(0, done).at(-1);
    this.delivered = Math.max(this.delivered, total);
    if (newest === undefined) return;
    const arrived = Math.max(now - delay, newest.at, this.deliveredAt);
    this.measureRtt(newest, Math.max(now - newest.at - delay, RTT_LEAST), now);
    this.measureRate(newest, arrived);
    this.deliveredAt = arrived;
    this.firstAt = newest.at;
    this.countRound(newest);
    this.endStart(now - newest.at - delay);
    if (this.rate > 0) {
      const wanted = Math.floor(this.rate * CHUNK_TIME);
      this.chunk = Math.min(Math.max(wanted, CHUNK_MIN), CHUNK_MAX);
    }
  }

  /** The token of a PING to send now that the line is empty; undefined when none is wanted. */
  probe(now: number): Uint8Array | undefined {
    if (!this.probeWanted) return undefined;
    this.probeWanted = false;
    this.probeAt = now;
    return PROBE;
  }

  /** A PONG came: the round trip of an empty line, if it answers `probe`. */
  probed(token: Uint8Array, now: number): void {
    if (this.probeAt === undefined || token.some((byte, at) => byte !== PROBE[at])) return;
    this.minRtt = now - this.probeAt;
    this.minRttAt = now;
    this.probeAt = undefined;
  }

  private measureRtt(newest: Sent, rtt: number, now: number): void {
    this.rtt = rtt;
    const old = now - this.minRttAt > MIN_RTT_AGE;
    if (this.minRtt === undefined || rtt <= this.minRtt || (old && newest.clean)) {
      this.minRtt = rtt;
      this.minRttAt = now;
    }
  }

  private measureRate(newest: Sent, arrived: number): void {
    const interval = Math.max(arrived - newest.deliveredAt, newest.at - newest.firstAt);
    if (interval <= 0) return;
    const rate = (this.delivered - newest.delivered) / interval;
    // The rate the first window stands for: traffic below it says nothing about the line.
    const assumed = this.minRtt ? (4 * CHUNK_FIRST) / this.minRtt : 0;
    if (!newest.limited && rate <= Math.max(this.rate, assumed)) return;
    while ((this.rates.at(-1)?.rate ?? Number.POSITIVE_INFINITY) <= rate) this.rates.pop();
    this.rates.push({ round: this.round, rate });
    while ((this.rates[0]?.round ?? this.round) < this.round - RATE_ROUNDS) this.rates.shift();
    this.rate = this.rates[0]?.rate ?? 0;
  }

  private countRound(newest: Sent): void {
    if (newest.delivered < this.roundEnd) return;
    this.round += 1;
    this.roundEnd = this.delivered;
    if (!newest.limited) return;
    if (this.rate >= this.fullRate * STARTUP_GROWTH) {
      this.fullRate = this.rate;
      this.flatRounds = 0;
    } else this.flatRounds += 1;
  }

  /** A queue stands in the line, or the rate stopped growing: drain it and measure anew. */
  private endStart(rtt: number): void {
    const queued = this.rate > 0 && rtt > (this.minRtt ?? 0) * QUEUED_FACTOR + CHUNK_TIME;
    if (this.starting && (queued || this.flatRounds >= STARTUP_ROUNDS)) {
      this.starting = false;
      this.minRttAt = Number.NEGATIVE_INFINITY;
    }
  }
}
