/** The two documents a browser signs: HELLO and OPEN (docs/protocols/documents.md). */

import { canonical } from "../signing/canonical";
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
