/** What changed between two texts, line by line (Myers, "An O(ND) difference algorithm", 1986). */

export interface Line {
  kind: "same" | "gone" | "new";
  text: string;
  /** Line numbers from 1 in the old and in the new text; 0 where it is not. */
  old: number;
  now: number;
}

const MOST = 600; // differences; beyond it everything between the ends is shown as replaced

/** How many lines two lists share at their beginning, at most `most`. */
function shared(a: string[], b: string[], most: number): number {
  let count = 0;
  while (count < most && a[count] === b[count]) count += 1;
  return count;
}

/** The lines of both texts in order. */
export function diff(before: string, after: string): Line[] {
  const a = before.split("\n");
  const b = after.split("\n");
  const least = Math.min(a.length, b.length);
  const head = shared(a, b, least);
  const tail = shared([...a].reverse(), [...b].reverse(), least - head);
  const middle = script(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  const same = (count: number): Step[] => Array.from({ length: count }, () => "same");
  let x = 0;
  let y = 0;
  return [...same(head), ...middle, ...same(tail)].map((kind) => {
    const text = (kind === "new" ? b[y] : a[x]) as string;
    if (kind !== "new") x += 1;
    if (kind !== "gone") y += 1;
    return { kind, text, old: kind === "new" ? 0 : x, now: kind === "gone" ? 0 : y };
  });
}

type Step = Line["kind"];

function replaced(a: string[], b: string[]): Step[] {
  return [...a.map((): Step => "gone"), ...b.map((): Step => "new")];
}

/** The shortest way from `a` to `b`. */
function script(a: string[], b: string[]): Step[] {
  const trace: Map<number, number>[] = [];
  let reach = new Map([[1, 0]]);
  for (let d = 0; d <= Math.min(a.length + b.length, MOST); d += 1) {
    trace.push(reach);
    reach = furthest(a, b, reach, d);
    if (at(reach, a.length - b.length) >= a.length) return back(trace, a.length, b.length);
  }
  return replaced(a, b);
}

/** How far `d` changes lead on each diagonal (lines of `a` less lines of `b`). */
function furthest(a: string[], b: string[], before: Map<number, number>, d: number) {
  const reach = new Map(before);
  for (let k = -d; k <= d; k += 2) {
    let x = added(before, k, d) ? at(before, k + 1) : at(before, k - 1) + 1;
    while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
    reach.set(k, x);
  }
  return reach;
}

function at(reach: Map<number, number>, k: number): number {
  return reach.get(k) ?? -1;
}

/** Whether the furthest way to diagonal `k` in round `d` comes from the one above: a line was added. */
function added(reach: Map<number, number>, k: number, d: number): boolean {
  return k === -d || (k !== d && at(reach, k - 1) < at(reach, k + 1));
}

function back(trace: Map<number, number>[], length: number, other: number): Step[] {
  const steps: Step[] = [];
  let x = length;
  let y = other;
  for (let d = trace.length - 1; d > 0; d -= 1) {
    const reach = trace[d] as Map<number, number>;
    const down = added(reach, x - y, d);
    const from = down ? x - y + 1 : x - y - 1;
    const start = at(reach, from);
    const middle = down ? start : start + 1; // x behind the one change of this round
    for (; x > middle; x -= 1) steps.push("same");
    steps.push(down ? "new" : "gone");
    x = start;
    y = start - from;
  }
  for (; x > 0; x -= 1) steps.push("same");
  return steps.reverse();
}

export interface Hunk {
  lines: Line[];
}

/** The changes with a few lines around each. */
export function hunks(lines: Line[], around = 3): Hunk[] {
  const found: Hunk[] = [];
  let quiet = Number.POSITIVE_INFINITY;
  lines.forEach((line, index) => {
    if (line.kind === "same") {
      if (quiet < around) found.at(-1)?.lines.push(line);
      quiet += 1;
      return;
    }
    const far = quiet > 2 * around;
    const missed = lines.slice(
      index - Math.min(index, far ? around : Math.max(0, quiet - around)),
      index,
    );
    if (far) found.push({ lines: [...missed, line] });
    else found.at(-1)?.lines.push(...missed, line);
    quiet = 0;
  });
  return found;
}
