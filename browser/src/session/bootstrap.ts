/** What the server hands to the session page; see server/src/reachback/access/README.md. */

import type { Json } from "../link/frames";

export interface Envelope {
  body: string;
  signatures: string[];
}

export interface ChannelPlan {
  key: string;
  kind: string;
  parameters: Json;
  /** The bytes that travel in OPEN, base64: the beginning of a script's text. */
  first?: string;
  /** What of the text did not fit there, base64: it follows as the channel's input. */
  rest?: string;
}

/** How long a restart takes this device (seconds), and whether it may be asked for here. */
export interface RestartPlan {
  usual: number | null;
  limit: number;
  url?: string;
  case?: string;
  allowed?: boolean;
  sentence?: string;
  /** When the contract's window opens (ms), where a restart may wait for it; and what is said then. */
  at?: number;
  planned?: string;
}

/** What is offered, by whom, to whom, until when (ms since 1970). */
export interface Offered {
  to: string;
  by: string;
  note: string;
  expires: number;
}

/** For the technician: whom the shells may be handed to. For a colleague: what is offered to them. */
export interface HandingPlan {
  colleagues?: { id: string; name: string }[];
  offer_url?: string;
  withdraw_url?: string;
  offered?: Offered | null;
  take_url?: string;
  to_me?: Offered;
  run_as?: string;
  channels?: string[];
}

export interface SessionData {
  session: string;
  mode: "open" | "watch";
  state: "ready" | "live" | "ended";
  link: string;
  ticket_url: string;
  end_url: string;
  page: string;
  person: { id: string; name: string };
  device: { id: string; name: string; site: string; zone: string };
  channel: ChannelPlan;
  /** A files session's second channel, where the contract lets files be changed. */
  writing?: ChannelPlan | null;
  /** Where its files are looked at before they go to the device, when the contract demands that. */
  scan?: { url: string; limit: number } | null;
  grant: Envelope | null;
  /** Every grant of the session: the one in use is that which names this browser's key. */
  grants?: Envelope[];
  handing?: HandingPlan | null;
  started: number | null;
  expires: number;
  recordings: string[];
  restart?: RestartPlan;
  /** A step of a recipe: where the next is asked for, and the recipe's own page. */
  recipe?: { next: string; page: string };
  /** Where a tunnel's session asks for the address of its page. */
  open_url?: string;
  texts: Record<string, string>;
}

export function readJson<T>(id: string): T {
  const element = document.getElementById(id);
  if (element?.textContent == null) throw new Error(`#${id} is missing from the page.`);
  return JSON.parse(element.textContent) as T;
}

export function csrfToken(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]');
  if (meta !== null && meta.content !== "") return meta.content;
  return /(?:^|; )reachback_csrf=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

/** An answer the server meant for a person. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    sentence: string,
  ) {
    super(sentence);
  }
}

/** Send JSON, or a form's fields; Refused with the server's sentence when it does not agree. */
export async function post<T>(url: string, body: Json | URLSearchParams): Promise<T> {
  const form = body instanceof URLSearchParams;
  const type = form ? "application/x-www-form-urlencoded" : "application/json";
  const response = await fetch(url, {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": type, "X-CSRFToken": csrfToken() },
    body: form ? body.toString() : JSON.stringify(body),
    credentials: "same-origin",
  });
  const answer = (await response.json().catch(() => ({}))) as Json;
  if (!response.ok) {
    throw new Refused(
      String(answer.code ?? response.status),
      String(answer.sentence ?? response.statusText),
    );
  }
  return answer as T;
}
