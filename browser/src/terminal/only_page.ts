/** One page of this browser carries a session: they share a key, and the front keeps one link per key. */

/** Take the session over from whatever page has it; `leave` is called when a newer page takes it. */
export function onlyPage(session: string, leave: (words: string) => void): void {
  if (!("locks" in navigator)) return; // then the newest link simply wins
  navigator.locks
    .request(`reachback-session-${session}`, { steal: true }, () => new Promise<never>(() => {}))
    .catch(() => leave("This session went on in another tab."));
}
