/**
 * Which way the link takes: a WebSocket, or request pairs where something on the way lets none through. A WebSocket
 * that does not open says nothing about why; one that twice did not open although the server answered ordinary
 * requests in between was not let through. A server that restarts is not mistaken for that.
 */

import { PairWire } from "./pairs";
import type { Wire } from "./wire";

/** Until a WebSocket is tried again, and how often one is looked for meanwhile. */
export const AGAIN_MS = 600_000;
const SLOT = "reachback-no-websocket";
const FAILURES = 2;

/** The part of WebSocket that tells whether it opened. */
export interface Socket extends Wire {
  addEventListener(name: "open" | "close", act: () => void): void;
}

export interface Means {
  socket(path: string): Socket;
  pairs(path: string, refused: () => void): Wire;
  /** Whether the server answers an ordinary request. */
  answers(): Promise<boolean>;
  /** Milliseconds since 1970. */
  now(): number;
  later(milliseconds: number, act: () => void): unknown;
  memory: Pick<Storage, "getItem" | "setItem" | "removeItem">;
}

export class Ways {
  private failures = 0;
  private pair: Wire | undefined;

  constructor(private readonly means: Means) {}

  dial(path: string): Wire {
    if (this.means.now() < Number(this.means.memory.getItem(SLOT))) return this.pairs(path);
    return this.socket(path);
  }

  /** Another network: nothing is known of it. */
  forget(): void {
    this.failures = 0;
    this.means.memory.removeItem(SLOT);
  }

  private socket(path: string): Socket {
    const socket = this.means.socket(path);
    let opened = false;
    socket.addEventListener("open", () => {
      opened = true;
      this.forget();
    });
    socket.addEventListener("close", () => {
      if (!opened) void this.failed();
    });
    return socket;
  }

  private async failed(): Promise<void> {
    if (!(await this.means.answers())) return;
    this.failures += 1;
    if (this.failures >= FAILURES) this.block();
  }

  private block(): void {
    this.means.memory.setItem(SLOT, String(this.means.now() + AGAIN_MS));
  }

  private pairs(path: string): Wire {
    const wire = this.means.pairs(path, () => this.forget());
    this.pair = wire;
    this.look(path, wire);
    return wire;
  }

  /** While request pairs carry the link, see now and then whether a WebSocket opens again. */
  private look(path: string, wire: Wire): void {
    this.means.later(AGAIN_MS / 2, () => {
      if (this.pair !== wire || wire.readyState > 1) return;
      const socket = this.means.socket(path);
      socket.addEventListener("open", () => {
        socket.close();
        this.forget();
        this.changeOver(wire);
      });
      socket.addEventListener("close", () => {
        if (this.means.memory.getItem(SLOT) === null) return;
        this.block();
        this.look(path, wire);
      });
    });
  }

  private changeOver(wire: Wire): void {
    if (this.pair !== wire || wire.readyState > 1) return;
    wire.close();
    wire.onclose?.();
  }
}

async function answers(): Promise<boolean> {
  try {
    const answer = await fetch("/-/live", { cache: "no-store", redirect: "error" });
    return answer.ok && ((await answer.json()) as { live?: boolean }).live === true;
  } catch {
    return false; // nobody there, or somebody else's page
  }
}

function socket(path: string): Socket {
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  return new WebSocket(url, "reachback.link.1") as unknown as Socket;
}

let ways: Ways | undefined;

/** The ways of this page. */
export function waysHere(): Ways {
  ways ??= new Ways({
    socket,
    pairs: (path, refused) => new PairWire(path, refused),
    answers,
    now: () => Date.now(),
    later: (milliseconds, act) => window.setTimeout(act, milliseconds),
    memory: sessionStorage,
  });
  return ways;
}
