/** Names a device tells, for people: no control characters, no reversing marks, a bounded length. */

const LONGEST = 255;

export function plain(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "\ufffd").slice(0, LONGEST);
}
