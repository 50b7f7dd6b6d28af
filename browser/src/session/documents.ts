/** The two documents a browser signs: HELLO and OPEN (docs/protocols/documents.md). */

import { FIRST_SESSION_CHANNEL } from "../link/schedule";
import { canonical } from "../signing/canonical";
import type { KeptSession } from "../signing/keyring";
import type { SessionKey } from "../signing/sshsig";
import { base64 } from "../signing/sshsig";
import type { ChannelPlan, Envelope } from "./bootstrap";

export interface HelloFacts {
  nonce: string;
  node: string;
  session: string;
  ticket: string;
  issued: number;
}

export async function signedHello(
  key: SessionKey,
  facts: HelloFacts,
): Promise<{ body: string; signature: string }> {
  const body = canonical({
    type: "reachback-hello",
    version: 1,
    role: "browser",
    key: key.line,
    nonce: facts.nonce,
    node: facts.node,
    issued: facts.issued,
    instance: "",
    boot: "",
    counter: 0,
    contract: "",
    keyset: 0,
    statement: 0,
    receipts: { number: 0, head: "" },
    floor: 0,
    session: facts.session,
    ticket: facts.ticket,
  });
  return { body, signature: await key.sign("reachback-hello", body) };
}

/** Whoever has the shell offers what runs under their grant to a colleague, by name. */
export async function signedOffer(
  key: SessionKey,
  facts: { grant: string; session: string; to: string; issued: number; expires: number },
): Promise<{ body: string; signature: string }> {
  const body = canonical({ type: "reachback-offer", version: 1, ...facts });
  return { body, signature: await key.sign("reachback-offer", body) };
}

export async function signedOpen(
  key: SessionKey,
  grant: Envelope,
  plan: ChannelPlan,
  counter: number,
): Promise<Envelope> {
  const id = (JSON.parse(grant.body) as { id: string }).id;
  const body = canonical({
    type: "reachback-open",
    version: 1,
    grant: id,
    channel: plan.key,
    kind: plan.kind,
    parameters: plan.parameters,
    first: plan.first ?? base64(new Uint8Array()),
    counter,
  });
  return { body, signatures: [await key.sign("reachback-open", body)] };
}

/**
 * One more OPEN of a session whose connections the front uses; `plan.key` is the session's name. The counter is
 * kept before the OPEN is sent: it is never used for another one.
 */
export async function lentOpen(
  keys: { key: SessionKey; kept: KeptSession },
  grant: Envelope,
  plan: ChannelPlan,
  keep: (entry: KeptSession) => Promise<unknown>,
): Promise<{ ch: number; open: Envelope }> {
  const { kept, key } = keys;
  kept.counter += 1;
  const number = kept.counter;
  const open = await signedOpen(key, grant, { ...plan, key: `${plan.key}.${number}` }, number);
  await keep(kept);
  return { ch: FIRST_SESSION_CHANNEL - 1 + number, open };
}
