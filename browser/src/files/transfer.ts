/** One file on its way, as people are told of it: how far, how fast, how it ended. */

export type State =
  | "waiting"
  | "summing"
  | "scanning"
  | "running"
  | "paused"
  | "done"
  | "failed"
  | "cancelled";

const WINDOW_MS = 6000;

export class Transfer {
  state: State = "waiting";
  /** Bytes given to the line, and bytes the other end has. For a download the two are the same. */
  sent = 0;
  there = 0;
  sha256 = "";
  /** Why it failed, or what else is to be said when it is done. */
  sentence = "";
  /** What the buttons do; nothing, where a button makes no sense. */
  pause: (() => void) | undefined;
  resume: (() => void) | undefined;
  cancel: (() => void) | undefined;
  /** Once more from the beginning, after a failure that may pass. */
  retry: (() => void) | undefined;
  private readonly seen: { at: number; bytes: number }[] = [];

  constructor(
    readonly direction: "up" | "down",
    readonly name: string,
    public size: number,
    private readonly changed: (transfer: Transfer) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get over(): boolean {
    return this.state === "done" || this.state === "failed" || this.state === "cancelled";
  }

  set(state: State, sentence = ""): void {
    this.state = state;
    this.sentence = sentence;
    if (state !== "running") this.seen.length = 0;
    this.changed(this);
  }

  /** It is over: no button makes sense any more. */
  finish(state: "done" | "failed" | "cancelled", sentence = ""): void {
    this.pause = this.resume = this.cancel = undefined;
    this.set(state, sentence);
  }

  /** Paused, until somebody wants it to go on in its turn. */
  hold(goOn: () => void): void {
    this.pause = undefined;
    this.resume = () => {
      this.resume = undefined;
      this.set("waiting");
      goOn();
    };
    this.set("paused");
  }

  progress(sent: number, there: number): void {
    this.sent = sent;
    this.there = there;
    const at = this.now();
    this.seen.push({ at, bytes: there });
    while (this.seen.length > 2 && (this.seen[0]?.at ?? at) < at - WINDOW_MS) this.seen.shift();
    this.changed(this);
  }

  /** Bytes a second over the last seconds; undefined while nobody can say. */
  get rate(): number | undefined {
    const first = this.seen[0];
    const last = this.seen.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < 500) return undefined;
    return Math.max(0, ((last.bytes - first.bytes) * 1000) / (last.at - first.at));
  }

  /** Seconds until the rest is there, at this rate. */
  get left(): number | undefined {
    const { rate } = this;
    return rate !== undefined && rate > 0 ? (this.size - this.there) / rate : undefined;
  }
}
