import { describe, expect, test } from "vitest";
import { signedHello, signedOpen } from "../src/session/documents";
import { CanonicalError, canonical, type Value } from "../src/signing/canonical";
import { generateKeyPair, type SessionKey, sessionKey } from "../src/signing/sshsig";
import { bytes, hex, vectors } from "./vectors";

const PKCS8_HEAD = "302e020100300506032b657004220420"; // RFC 8410, section 7

async function keyOf(seed: string): Promise<SessionKey> {
  const format = bytes(PKCS8_HEAD + seed);
  const secret = await crypto.subtle.importKey("pkcs8", format, { name: "Ed25519" }, true, [
    "sign",
  ]);
  const { x } = await crypto.subtle.exportKey("jwk", secret);
  const jwk = { kty: "OKP", crv: "Ed25519", x: x ?? "" };
  const open = await crypto.subtle.importKey("jwk", jwk, { name: "Ed25519" }, true, ["verify"]);
  return sessionKey({ privateKey: secret, publicKey: open });
}

async function digest(text: string): Promise<string> {
  const sum = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256:${hex(new Uint8Array(sum))}`;
}

function keyFor(line: string): Promise<SessionKey> {
  const vector = vectors.sshsig.sign.find((each) => each.public === line);
  if (vector === undefined) throw new Error("no seed for this key");
  return keyOf(vector.seed);
}

describe("canonical text", () => {
  test.each(vectors.canonical.accepted)("writes $text as its twin does", async (vector) => {
    const text = canonical(vector.value as Value);
    expect(text).toBe(vector.text);
    expect(await digest(text)).toBe(vector.digest);
  });

  test.each(vectors.canonical.refused)("never writes what has $why", (vector) => {
    let written: string | undefined;
    try {
      const value = JSON.parse(vector.text) as Value;
      if (Array.isArray(value)) return; // a document is one object: nothing here writes a list
      written = canonical(value);
    } catch (error) {
      expect(error instanceof CanonicalError || error instanceof SyntaxError).toBe(true);
    }
    expect(written).not.toBe(vector.text);
  });

  test("allows 16 levels and no more, whatever stands inside", () => {
    const nested = (depth: number): Value => (depth === 0 ? 1 : [nested(depth - 1)]);
    expect(canonical(nested(16))).toBe(`${"[".repeat(16)}1${"]".repeat(16)}`);
    expect(() => canonical(nested(17))).toThrow(CanonicalError);
  });

  test("is at most 256 KiB of UTF-8", () => {
    expect(() => canonical({ a: "ü".repeat(131_072) })).toThrow(CanonicalError);
    expect(canonical({ a: "u".repeat(131_072) }).length).toBe(131_080);
  });
});

describe("signatures", () => {
  test.each(vectors.sshsig.sign)("of $public are those of OpenSSH", async (vector) => {
    const key = await keyOf(vector.seed);
    expect(key.line).toBe(vector.public);
    expect(await key.sign(vector.namespace, vector.message)).toBe(vector.armour);
  });

  test("come from a key that nobody can read", async () => {
    const pair = await generateKeyPair();
    expect(pair.privateKey.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("pkcs8", pair.privateKey)).rejects.toThrow();
    expect((await sessionKey(pair)).line).toMatch(/^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI/);
  });
});

describe("documents", () => {
  test("HELLO is the vectors' HELLO, to the byte", async () => {
    const { envelope, signer } = vectors.documents.documents.hello;
    const known = JSON.parse(envelope.body);
    const made = await signedHello(await keyFor(signer), {
      nonce: known.nonce,
      node: known.node,
      session: known.session,
      ticket: known.ticket,
      issued: known.issued,
    });
    expect(made.body).toBe(envelope.body);
    expect(made.signature).toBe(envelope.signatures[0]);
  });

  test("OPEN is the vectors' OPEN, to the byte", async () => {
    const { open, grant } = vectors.documents.documents;
    const known = JSON.parse(open.envelope.body);
    const plan = { key: known.channel, kind: known.kind, parameters: known.parameters };
    const made = await signedOpen(await keyFor(open.signer), grant.envelope, plan, known.counter);
    expect(made).toEqual(open.envelope);
  });
});
