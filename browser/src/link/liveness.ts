/** When to ask whether the other end is still there, and when to give up (link.md, Liveness). Seconds. */

const BUSY_INTERVAL = 5;
const IDLE_INTERVAL = 55; // a browser's page is never idle for long: nothing is learned per network
const PROBES = 2;
const PROBE_PATIENCE = 10;

export class Liveness {
  busy = false;
  dead = false;
  private probes = 0;

  /** `waitingSince`: when the other end was heard last, or asked last. */
  constructor(private waitingSince: number) {}

  /** When `due` has something to say; undefined once dead. */
  get deadline(): number | undefined {
    if (this.dead) return undefined;
    const interval = this.busy ? BUSY_INTERVAL : IDLE_INTERVAL;
    const patience = this.probes > 0 ? Math.min(interval, PROBE_PATIENCE) : interval;
    return this.waitingSince + patience;
  }

  /** Any byte arrived: the other end is there. */
  heard(now: number): void {
    this.waitingSince = now;
    this.probes = 0;
  }

  /** Whether to send a PING now; sets `dead` when two stayed unanswered. */
  due(now: number): boolean {
    const deadline = this.deadline;
    if (deadline === undefined || now < deadline) return false;
    if (this.probes >= PROBES) {
      this.dead = true;
      return false;
    }
    this.probes += 1;
    this.waitingSince = now;
    return true;
  }
}
