/**
 * A new tab for a page whose address is not known yet: it opens while the person presses the button and waits on a
 * page of ours, which is told the address by BroadcastChannel. Neither tab holds the other.
 */

/** What the waiting tab is told: where to go, or why not. It says `ready` itself. */
export interface Told {
  url?: string;
  sentence?: string;
  ready?: boolean;
}

const channelOf = (id: string): BroadcastChannel => new BroadcastChannel(`reachback-opening-${id}`);

/** Open the waiting tab; only while a button is pressed. Returns its name. */
export function waitingTab(page: string): string {
  const id = crypto.randomUUID();
  window.open(`${page}#${id}`, "_blank", "noopener");
  return id;
}

/** Tell the waiting tab, now and when it says that it listens. */
export function tell(id: string, told: Told): void {
  const channel = channelOf(id);
  channel.onmessage = ({ data }: MessageEvent<Told>) => {
    if (data.ready === true) channel.postMessage(told);
  };
  channel.postMessage(told);
}

/** In the waiting tab: call `told` with what comes. */
export function listen(id: string, told: (value: Told) => void): void {
  const channel = channelOf(id);
  channel.onmessage = ({ data }: MessageEvent<Told>) => {
    if (data.url !== undefined || data.sentence !== undefined) told(data);
  };
  channel.postMessage({ ready: true });
}

const slot = (session: string): string => `reachback-opening-${session}`;

/** The session's page, which comes next in this tab, knows for whom to open. */
export function handOver(session: string, id: string): void {
  sessionStorage.setItem(slot(session), id);
}

export function handedOver(session: string): string | null {
  const id = sessionStorage.getItem(slot(session));
  sessionStorage.removeItem(slot(session));
  return id;
}
