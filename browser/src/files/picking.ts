/** Files somebody chose or dropped, whole folders among them: which names they get on the device. */

export interface Picked {
  /** Parts below the folder that is shown, without a leading slash. */
  path: string;
  file: File;
}

/** What a file field gave; a folder's files know their way. */
export function chosen(files: Iterable<File>): Picked[] {
  return [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** What was dropped: files, and folders with everything in them. Call before the event is over. */
export async function dropped(transfer: DataTransfer): Promise<Picked[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (entries.every((entry) => entry === null)) return chosen(transfer.files);
  const found: Picked[] = [];
  for (const entry of entries) if (entry !== null) await walk(entry, "", found);
  return found;
}

async function walk(entry: FileSystemEntry, above: string, found: Picked[]): Promise<void> {
  const path = above + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    found.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return;
    for (const each of some) await walk(each, `${path}/`, found);
  }
}

/** Every folder that must be there first, outermost first. */
export function folders(picked: Picked[]): string[] {
  const found = new Set<string>();
  for (const { path } of picked) {
    const parts = path.split("/").slice(0, -1);
    parts.forEach((_part, index) => {
      found.add(parts.slice(0, index + 1).join("/"));
    });
  }
  return [...found].sort((one, other) => one.split("/").length - other.split("/").length);
}
