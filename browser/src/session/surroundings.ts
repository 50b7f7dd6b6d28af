/** What a connection needs of the browser around it: sockets, time, chance and a place to keep keys. */

import type { KeptSession } from "../signing/keyring";
import { keep } from "../signing/keyring";
import { waysHere } from "./ways";
import type { Wire } from "./wire";

export { OPEN, type Wire } from "./wire";

export interface Surroundings {
  dial(path: string): Wire;
  /** Seconds of a monotonic clock. */
  now(): number;
  /** Milliseconds since 1970. */
  wall(): number;
  later(milliseconds: number, act: () => void): number;
  cancel(timer: number | undefined): void;
  /** At least 0, below 1. */
  chance(): number;
  keep(entry: KeptSession): Promise<unknown>;
  /** Calls `act` when waiting any longer makes no sense: the network is back, or somebody looks. */
  onReturn(act: () => void): void;
}

export const browser: Surroundings = {
  dial: (path) => waysHere().dial(path),
  now: () => performance.now() / 1000,
  wall: () => Date.now(),
  later: (milliseconds, act) => window.setTimeout(act, milliseconds),
  cancel: (timer) => window.clearTimeout(timer),
  chance: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
  keep,
  onReturn(act) {
    window.addEventListener("online", () => {
      waysHere().forget();
      act();
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) act();
    });
  },
};
