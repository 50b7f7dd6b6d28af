/** Names a device tells, for people: no control characters, no reversing marks, a bounded length; sizes and times. */

const LONGEST = 255;
const UNITS = ["B", "kB", "MB", "GB", "TB"];

export function plain(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "\ufffd").slice(0, LONGEST);
}

/** "12.1 MB": thousands, as disks are sold and transfers are counted. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit > 0 && value < 99.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

/** "4 min 10 s" */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export function join(folder: string, name: string): string {
  return `${folder === "/" ? "" : folder}/${name}`;
}

export function parent(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

export function leaf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Whether `path` is `root` or lies beneath it. */
export function within(root: string, path: string): boolean {
  return path === root || path.startsWith(root === "/" ? "/" : `${root}/`);
}

/** What is wrong with a new name, or "": the device would say the same, later. */
export function wrong(name: string): "" | "name_empty" | "name_slash" | "name_long" {
  if (name === "" || name === "." || name === "..") return "name_empty";
  if (name.includes("/") || name.includes("\0")) return "name_slash";
  return new TextEncoder().encode(name).length > LONGEST ? "name_long" : "";
}

/** The name of an upload's part, as the device calls it (docs/protocols/link.md, Files). */
export function partOf(folder: string, sha256: string): string {
  return join(folder, `.${sha256.slice(0, 32)}.reachback-part`);
}

export function isPart(name: string): boolean {
  return /^\.[0-9a-f]{32}\.reachback-part$/.test(name);
}
