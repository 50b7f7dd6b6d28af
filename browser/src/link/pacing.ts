/**
 * Send window from link acknowledgements (delay-based, after BBR): outstanding bytes never exceed
 * min RTT x delivery rate + one chunk, so bulk cannot fill the queues in front of a keystroke.
 */

const FIRST_CHUNK = 4096;
const SMALLEST_CHUNK = 512;
const LARGEST_CHUNK = 65_536;
const CHUNK_SECONDS = 0.1;
const RTT_WINDOW_SECONDS = 10;

interface Sample {
  at: number;
  value: number;
}

export class Pacing {
  private sent = 0;
  private acknowledged = 0;
  private readonly marks: { total: number; at: number; acked: number }[] = [];
  private rtts: Sample[] = [];
  private rates: Sample[] = [];
  private latest = 0;

  get rtt(): number {
    return this.latest;
  }

  get minRtt(): number {
    return this.rtts.length === 0 ? 0 : Math.min(...this.rtts.map((sample) => sample.value));
  }

  /** Bytes a second. */
  get rate(): number {
    return this.rates.length === 0 ? 0 : Math.max(...this.rates.map((sample) => sample.value));
  }

  get chunk(): number {
    if (this.rate === 0) return FIRST_CHUNK;
    return Math.round(Math.min(LARGEST_CHUNK, Math.max(SMALLEST_CHUNK, this.rate * CHUNK_SECONDS)));
  }

  get window(): number {
    if (this.rate === 0) return 4 * FIRST_CHUNK;
    return this.minRtt * this.rate + 2 * this.chunk;
  }

  get room(): boolean {
    return this.sent - this.acknowledged < this.window;
  }

  onSent(bytes: number, now: number): void {
    this.sent += bytes;
    this.marks.push({ total: this.sent, at: now, acked: this.acknowledged });
  }

  onAck(total: number, delay: number, now: number): void {
    if (total <= this.acknowledged || total > this.sent) return;
    let mark: { total: number; at: number; acked: number } | undefined;
    while (this.marks[0] !== undefined && this.marks[0].total <= total) mark = this.marks.shift();
    this.acknowledged = total;
    if (mark === undefined) return;
    const elapsed = Math.max(now - mark.at, 1e-4);
    this.latest = Math.max(elapsed - delay, 1e-4);
    this.rtts = recent(this.rtts, now, RTT_WINDOW_SECONDS);
    this.rtts.push({ at: now, value: this.latest });
    this.rates = recent(this.rates, now, Math.max(10 * this.latest, 1));
    this.rates.push({ at: now, value: (total - mark.acked) / elapsed });
  }
}

function recent(samples: Sample[], now: number, seconds: number): Sample[] {
  return samples.filter((sample) => now - sample.at <= seconds).slice(-64);
}
