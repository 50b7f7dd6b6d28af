/**
 * What this browser remembers of unfinished transfers, so that a closed tab or laptop costs nothing but the
 * rest: of an upload which file it was (its bytes are the technician's), of a download its pieces.
 */

export interface UnfinishedUpload {
  path: string;
  name: string;
  size: number;
  sha256: string;
  /** Bytes the device had when we last heard. */
  there: number;
  at: number;
}

const MOST = 20;

export class KeptUploads {
  private readonly slot: string;

  constructor(
    device: string,
    private readonly storage: Storage = localStorage,
  ) {
    this.slot = `reachback-uploads-${device}`;
  }

  all(): UnfinishedUpload[] {
    try {
      const found: unknown = JSON.parse(this.storage.getItem(this.slot) ?? "[]");
      return Array.isArray(found) ? (found as UnfinishedUpload[]).slice(-MOST) : [];
    } catch {
      return [];
    }
  }

  keep(upload: UnfinishedUpload): void {
    this.write([...this.all().filter((each) => each.path !== upload.path), upload]);
  }

  forget(path: string): void {
    this.write(this.all().filter((each) => each.path !== path));
  }

  private write(all: UnfinishedUpload[]): void {
    try {
      this.storage.setItem(this.slot, JSON.stringify(all.slice(-MOST)));
    } catch {
      // a browser that keeps nothing resumes nothing after its tab is closed
    }
  }
}
