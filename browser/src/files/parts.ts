/** Pieces of unfinished downloads, kept in IndexedDB: a closed tab goes on where it was. */

import type { Json } from "../link/frames";

export interface Piece {
  index: number;
  blob: Blob;
  /** Size and time of change of the file, as the device told them. */
  expect: Json;
  have: number;
}

export interface Unfinished {
  path: string;
  blobs: Blob[];
  expect: Json;
  have: number;
}

/** Where pieces are kept; a browser that keeps nothing has an empty one. */
export interface PartStore {
  keep(path: string, piece: Piece): Promise<void>;
  find(path: string): Promise<Unfinished | undefined>;
  forget(path: string): Promise<void>;
  all(): Promise<Unfinished[]>;
}

const DATABASE = "reachback-files";
const STORE = "pieces";

interface Row extends Piece {
  device: string;
  path: string;
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export class KeptParts implements PartStore {
  constructor(private readonly device: string) {}

  /** Nothing kept is no failure: the download begins at its beginning. */
  private async use<T>(
    mode: IDBTransactionMode,
    act: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T | undefined> {
    try {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore(STORE, { keyPath: ["device", "path", "index"] });
      };
      const database = await settled(request);
      try {
        return await settled(act(database.transaction(STORE, mode).objectStore(STORE)));
      } finally {
        database.close();
      }
    } catch (error) {
      if (error instanceof DOMException) return undefined; // private windows, full disks
      throw error;
    }
  }

  private range(path: string): IDBKeyRange {
    return IDBKeyRange.bound([this.device, path], [this.device, path, []]);
  }

  async keep(path: string, piece: Piece): Promise<void> {
    await this.use("readwrite", (store) => store.put({ ...piece, device: this.device, path }));
  }

  async find(path: string): Promise<Unfinished | undefined> {
    const rows = await this.use<Row[]>("readonly", (store) => store.getAll(this.range(path)));
    return whole(path, rows ?? []);
  }

  async forget(path: string): Promise<void> {
    await this.use("readwrite", (store) => store.delete(this.range(path)));
  }

  async all(): Promise<Unfinished[]> {
    const range = IDBKeyRange.bound([this.device], [this.device, []]);
    const rows = (await this.use<Row[]>("readonly", (store) => store.getAll(range))) ?? [];
    const paths = [...new Set(rows.map((row) => row.path))];
    const found = paths.map((path) =>
      whole(
        path,
        rows.filter((row) => row.path === path),
      ),
    );
    return found.filter((each) => each !== undefined);
  }
}

/** Pieces of one and the same file, from the first on without a hole. */
export function whole(path: string, rows: Piece[]): Unfinished | undefined {
  const last = rows.at(-1);
  if (last === undefined) return undefined;
  const same = rows.every(
    (row, index) =>
      row.index === index &&
      row.expect.size === last.expect.size &&
      row.expect.changed === last.expect.changed,
  );
  const blobs = rows.map((row) => row.blob);
  const have = blobs.reduce((sum, blob) => sum + blob.size, 0);
  return same && have === last.have ? { path, blobs, expect: last.expect, have } : undefined;
}
