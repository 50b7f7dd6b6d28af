/** How a channel says that it ended with its device's restart (link.md). */

const CODES: ReadonlySet<unknown> = new Set(["rebooting", "rebooted"]);

/** `code` is CLOSE's, or EXIT's reason. */
export function byRestart(code: unknown): boolean {
  return CODES.has(code);
}
