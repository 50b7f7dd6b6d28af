/** Whether predictions are worth showing: on a slow line, or when the line was slow a moment ago. */

const SHOW_ABOVE_MS = 80;
const HIDE_BELOW_MS = 50;
const SLOW_MS = 250;
const QUICK_TO_FORGET = 10; // confirmations that must be quick before a slow moment is forgotten
const QUICK_APART_MS = 150;

export class Display {
  private slowLine = false;
  private slowMoment = 0;
  private lastQuick = 0;
  private smooth: number | undefined;

  /** Milliseconds a key took to the device and back. */
  get roundTrip(): number | undefined {
    return this.smooth;
  }

  get on(): boolean {
    return this.slowLine || this.slowMoment > 0;
  }

  /** A key was heard; `active`: predictions are on the screen, so nothing is switched off now. */
  measured(milliseconds: number, active: boolean): void {
    this.smooth =
      this.smooth === undefined ? milliseconds : 0.875 * this.smooth + 0.125 * milliseconds;
    if (this.smooth > SHOW_ABOVE_MS) this.slowLine = true;
    else if (this.smooth <= HIDE_BELOW_MS && !active) this.slowLine = false;
  }

  /** A prediction was right after this long. */
  confirmed(after: number, now: number): void {
    if (after >= SLOW_MS || this.slowMoment === 0 || now - this.lastQuick < QUICK_APART_MS) return;
    this.slowMoment -= 1;
    this.lastQuick = now;
  }

  /** A prediction has been waiting this long. */
  waiting(milliseconds: number): void {
    if (milliseconds >= SLOW_MS) this.slowMoment = QUICK_TO_FORGET;
  }
}
