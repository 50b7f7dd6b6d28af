/** Approve: sign the digest of the very text that is asked, with a key that this browser has. */

import { post, Refused, readJson } from "../session/bootstrap";
import { canonical } from "../signing/canonical";
import type { SessionKey } from "../signing/sshsig";
import { keptKey } from "./keys";

export interface ApprovalData {
  request: string;
  digest: string;
  approver: string;
  minutes: number;
  until: number;
  server: number;
  approve_url: string;
  page: string;
  keys: { line: string; kind: string; credential: string }[];
  texts: Record<string, string>;
}

const NAMESPACE = "reachback-approval";

async function digest(text: string): Promise<string> {
  const hashed = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const hex = Array.from(new Uint8Array(hashed), (byte) => byte.toString(16).padStart(2, "0"));
  return `sha256:${hex.join("")}`;
}

/** The document that is signed: a yes to exactly this request, for as long as the clause lets it hold. */
export async function approvalBody(data: ApprovalData, issued: number): Promise<string> {
  return canonical({
    type: NAMESPACE,
    version: 1,
    request: await digest(data.request),
    decision: "approve",
    approver: data.approver,
    issued,
    expires: Math.min(issued + data.minutes * 60_000, data.until),
  });
}

async function heldKey(data: ApprovalData): Promise<SessionKey | undefined> {
  for (const { line } of data.keys) {
    const found = await keptKey(line);
    if (found !== undefined) return found;
  }
  return undefined;
}

function say(words: string): void {
  const element = document.querySelector<HTMLElement>("[data-approve-answer]");
  if (element === null) return;
  element.hidden = words === "";
  element.textContent = words;
}

async function approve(data: ApprovalData): Promise<void> {
  const key = await heldKey(data);
  if (key === undefined) {
    say(data.texts.no_key ?? "");
    return;
  }
  if ((await digest(data.request)) !== data.digest) {
    say(data.texts.other ?? "");
    return;
  }
  // A phone whose clock is wrong signs by the server's time as of this page, plus what has passed since.
  const issued = Math.floor(data.server + performance.now());
  const body = await approvalBody(data, issued);
  await post(data.approve_url, { body, signature: await key.sign(NAMESPACE, body) });
  location.assign(data.page);
}

export function startApproving(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-approve]");
  if (button === null) return;
  const data = readJson<ApprovalData>("approval-data");
  button.addEventListener("click", () => {
    button.disabled = true;
    say("");
    approve(data)
      .catch((error: unknown) => {
        say(error instanceof Refused ? error.message : (data.texts.failed ?? ""));
      })
      .finally(() => {
        button.disabled = false;
      });
  });
}
