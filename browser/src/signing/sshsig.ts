/** SSHSIG (OpenSSH PROTOCOL.sshsig) with Ed25519 from WebCrypto. */

import { join } from "../link/frames";

const text = new TextEncoder();

function string(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(4 + bytes.length);
  new DataView(out.buffer).setUint32(0, bytes.length);
  out.set(bytes, 4);
  return out;
}

export function base64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function publicBlob(raw: Uint8Array): Uint8Array {
  return join(string(text.encode("ssh-ed25519")), string(raw));
}

export interface SessionKey {
  readonly line: string;
  sign(namespace: string, message: string): Promise<string>;
}

/** The part of WebCrypto this needs; the private key is never extractable. */
export async function generateKeyPair(): Promise<CryptoKeyPair> {
  return (await crypto.subtle.generateKey({ name: "Ed25519" }, false, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
}

export async function sessionKey(pair: CryptoKeyPair): Promise<SessionKey> {
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const blob = publicBlob(raw);
  return {
    line: `ssh-ed25519 ${base64(blob)}`,
    sign: (namespace, message) => sign(pair.privateKey, blob, namespace, message),
  };
}

async function sign(
  key: CryptoKey,
  blob: Uint8Array,
  namespace: string,
  message: string,
): Promise<string> {
  const magic = text.encode("SSHSIG");
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-512", text.encode(message)));
  const head = [
    string(text.encode(namespace)),
    string(new Uint8Array()),
    string(text.encode("sha512")),
  ];
  const signed = join(magic, ...head, string(hash));
  const raw = new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, key, signed));
  const signature = join(string(text.encode("ssh-ed25519")), string(raw));
  const version = new Uint8Array([0, 0, 0, 1]);
  return armour(join(magic, version, string(blob), ...head, string(signature)));
}

function armour(blob: Uint8Array): string {
  const lines = base64(blob).match(/.{1,70}/g) ?? [];
  return `-----BEGIN SSH SIGNATURE-----\n${lines.join("\n")}\n-----END SSH SIGNATURE-----\n`;
}
