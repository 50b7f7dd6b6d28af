/**
 * Where the contract demands a scanner: the content goes to the server first, which has it looked at and
 * signs what was found. The device takes nothing without that word (docs/protocols/documents.md, reachback-scan).
 */

import type { Json } from "../link/frames";
import { csrfToken, type Envelope } from "../session/bootstrap";
import { FileRefused } from "./channel";
import { plain, size } from "./names";
import type { Words } from "./words";

export interface ScanPlan {
  url: string;
  /** The most bytes of one file. */
  limit: number;
}

export interface Scanned {
  scan: Envelope;
  /** Who looked, for people. */
  engine: string;
}

/** What may be tried again with one press: nobody looked, so nothing is known of the file. */
const AGAIN = new Set([
  "scanner-away",
  "scanner-busy",
  "scanner-old",
  "scan-unreachable",
  "scan-expired",
]);
const MARGIN_MS = 120_000; // a scan this near its end is made anew

export function mayScanAgain(error: unknown): boolean {
  return error instanceof FileRefused && AGAIN.has(error.code);
}

type Answer = { status: number; value: Json };
export type Send = (
  url: string,
  content: Blob,
  progress: (sent: number) => void,
  stop: AbortSignal,
) => Promise<Answer>;

export class Scans {
  private readonly kept = new Map<string, { found: Scanned; until: number }>();

  constructor(
    private readonly plan: ScanPlan,
    private readonly say: Words,
    private readonly send: Send = posted,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** FileRefused with the server's sentence when it may not go to the device, or nobody can say. */
  async look(
    content: Blob,
    sha256: string,
    name: string,
    progress: (sent: number) => void = () => undefined,
    stop: AbortSignal = new AbortController().signal,
  ): Promise<Scanned> {
    const { limit, url } = this.plan;
    if (content.size > limit) {
      throw new FileRefused("scan-too-large", this.say("scan_too_large", { limit: size(limit) }));
    }
    const known = this.kept.get(sha256);
    if (known !== undefined && known.until > this.now()) return known.found;
    const address = `${url}?name=${encodeURIComponent(name.slice(0, 200))}`;
    const { status, value } = await this.send(address, content, progress, stop);
    if (status !== 200) throw this.refusal(value);
    return this.keep(sha256, value);
  }

  /** The device found it too old. */
  forget(sha256: string): void {
    this.kept.delete(sha256);
  }

  private refusal(value: Json): FileRefused {
    const sentence = typeof value.sentence === "string" ? value.sentence : "";
    if (sentence === "") return new FileRefused("scan-unreachable", this.say("unreachable"));
    return new FileRefused(String(value.code), sentence);
  }

  private keep(sha256: string, value: Json): Scanned {
    const scan = value.scan as unknown as Envelope;
    const told = JSON.parse(scan.body) as Json;
    const lasts = Number(told.expires) - Number(told.scanned) - MARGIN_MS;
    const found = { scan, engine: plain(String(told.engine)) };
    if (lasts > 0) this.kept.set(sha256, { found, until: this.now() + lasts });
    return found;
  }
}

/** POST with progress, which `fetch` does not tell. A lost line is an answer without a sentence. */
function posted(
  url: string,
  content: Blob,
  progress: (sent: number) => void,
  stop: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const answered = () => resolve({ status: request.status, value: read(request.responseText) });
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.upload.addEventListener("progress", (event) => progress(event.loaded));
    request.addEventListener("loadend", answered);
    stop.addEventListener("abort", () => request.abort());
    request.send(content);
  });
}

function read(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Json) : {};
  } catch {
    return {}; // the front's page that the server is down
  }
}
