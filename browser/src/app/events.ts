/**
 * One event stream per browser, not per tab: the tab that holds the Web Lock listens and tells the others
 * through a BroadcastChannel. A closed or frozen leader loses the lock and the next tab goes on.
 */

export interface Nudge {
  event: string;
  topic: string;
  html: string;
  // biome-ignore lint/suspicious/noExplicitAny: each event has its own data
  data: Record<string, any>;
}

type Listener = (nudge: Nudge) => void;

const listeners = new Set<Listener>();
const LOCK = "reachback-events";
const channel = "BroadcastChannel" in window ? new BroadcastChannel(LOCK) : undefined;

export function listen(listener: Listener): void {
  listeners.add(listener);
}

function tell(nudge: Nudge): void {
  for (const listener of listeners) listener(nudge);
}

function dot(state: "live" | "waiting" | "off"): void {
  const element = document.getElementById("live-dot");
  if (element === null) return;
  element.hidden = false;
  element.dataset.state = state;
}

function deliver(nudge: Nudge): void {
  channel?.postMessage(nudge);
  tell(nudge);
}

function stream(): Promise<never> {
  const source = new EventSource("/-/events");
  source.onopen = () => deliver({ event: "stream", topic: "", html: "", data: { state: "live" } });
  source.onerror = () => {
    deliver({ event: "stream", topic: "", html: "", data: { state: "waiting" } });
  };
  const receive = (message: MessageEvent<string>): void => {
    deliver(JSON.parse(message.data) as Nudge);
  };
  source.addEventListener("nudge", receive);
  source.onmessage = receive;
  source.addEventListener("reload", () => {
    deliver({ event: "reload", topic: "", html: "", data: {} });
  });
  return new Promise<never>(() => undefined); // the lock is held as long as this tab lives
}

export function startEvents(): void {
  if (
    document.querySelector('meta[name="signed-in"]') === null &&
    !document.getElementById("live-dot")
  ) {
    return;
  }
  listen((nudge) => {
    if (nudge.event === "stream") dot(nudge.data.state);
  });
  if (channel !== undefined)
    channel.onmessage = (message: MessageEvent<Nudge>) => tell(message.data);
  if ("locks" in navigator) void navigator.locks.request(LOCK, stream);
  else void stream();
}
