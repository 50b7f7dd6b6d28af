/**
 * Session keys of this browser, kept in IndexedDB as non-extractable CryptoKeys so that a reloaded tab
 * can go on with its session; nobody, this code included, can read the private key.
 */

import type { Envelope } from "../session/bootstrap";

const DATABASE = "reachback";
const STORE = "session-keys";

export interface KeptSession {
  session: string;
  pair: CryptoKeyPair;
  /** The counter of the last OPEN signed for this session's grant. */
  counter: number;
  /** Channels the device has opened. */
  channels: { key: string; kind: string }[];
  /** OPENs whose answer has not come, by channel key: repeated word for word, so that each acts once. */
  openings?: Record<string, Envelope>;
  /** Channels whose tab was closed: they are over, and nobody wants to see them here again. */
  closed?: string[];
  /** The boot id of the device this session last ran on. */
  boot?: string;
  /** The grant this browser's key is named in, where it is not the session's first. */
  grant?: Envelope;
  /** A colleague's shells that this browser is taking over: asked for, not yet answered. */
  taking?: { offer: Envelope; run_as: string; channels: string[] };
  kept: number;
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "session" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run<T>(
  mode: IDBTransactionMode,
  use: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const request = use(database.transaction(STORE, mode).objectStore(STORE));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    database.close();
  }
}

export function keep(entry: KeptSession): Promise<IDBValidKey> {
  return run("readwrite", (store) => store.put(entry));
}

export function kept(session: string): Promise<KeptSession | undefined> {
  return run("readonly", (store) => store.get(session) as IDBRequest<KeptSession | undefined>);
}

export function forget(session: string): Promise<undefined> {
  return run("readwrite", (store) => store.delete(session));
}

/** A colleague's shell was given or refused: it is no longer being taken over. */
export function answered(entry: KeptSession, key: string): void {
  if (entry.taking === undefined) return;
  entry.taking.channels = entry.taking.channels.filter((each) => each !== key);
  if (entry.taking.channels.length === 0) delete entry.taking;
}
