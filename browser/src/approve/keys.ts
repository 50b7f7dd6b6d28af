/** Keys for approvals in this browser: non-extractable, one per person, kept under their public line. */

import { base64, generateKeyPair, type SessionKey, sessionKey } from "../signing/sshsig";

const DATABASE = "reachback-approvals";
const STORE = "keys";

interface Kept {
  line: string;
  pair: CryptoKeyPair;
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "line" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run<T>(
  mode: IDBTransactionMode,
  use: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const request = use(database.transaction(STORE, mode).objectStore(STORE));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    database.close();
  }
}

/** Keep a pair; nobody, this code included, can read its private half again. */
export async function keepKey(pair: CryptoKeyPair): Promise<SessionKey> {
  const key = await sessionKey(pair);
  await run("readwrite", (store) => store.put({ line: key.line, pair } satisfies Kept));
  return key;
}

export async function makeKey(): Promise<SessionKey> {
  return keepKey(await generateKeyPair());
}

/** The key of this public line, where this browser has it. */
export async function keptKey(line: string): Promise<SessionKey | undefined> {
  const found = (await run("readonly", (store) => store.get(line))) as Kept | undefined;
  return found === undefined ? undefined : sessionKey(found.pair);
}

const MAGIC = "openssh-key-v1\0";
const PKCS8 = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

class Reader {
  constructor(
    private readonly bytes: Uint8Array,
    private at = 0,
  ) {}

  take(length: number): Uint8Array {
    const part = this.bytes.subarray(this.at, this.at + length);
    if (part.length !== length) throw new TypeError("The key is cut short.");
    this.at += length;
    return part;
  }

  number(): number {
    const part = this.take(4);
    return new DataView(part.buffer, part.byteOffset).getUint32(0);
  }

  string(): Uint8Array {
    return this.take(this.number());
  }
}

function words(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function base64url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Read an unencrypted OpenSSH Ed25519 private key (PROTOCOL.key); TypeError for anything else. */
export async function keyFromFile(text: string): Promise<CryptoKeyPair> {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+)-----END/.exec(text)?.[1];
  if (body === undefined) throw new TypeError("This is not an OpenSSH private key.");
  const bytes = Uint8Array.from(atob(body.replace(/\s/g, "")), (each) => each.charCodeAt(0));
  const reader = new Reader(bytes);
  const known = words(reader.take(MAGIC.length)) === MAGIC && words(reader.string()) === "none";
  if (!known) throw new TypeError("The key has a passphrase.");
  reader.string(); // the key derivation, and its options
  reader.string();
  reader.number();
  reader.string(); // the public key
  const inner = new Reader(reader.string());
  inner.number();
  inner.number();
  if (words(inner.string()) !== "ssh-ed25519") throw new TypeError("This is not an Ed25519 key.");
  const publicRaw = inner.string();
  const seed = inner.string().subarray(0, 32);
  const pkcs8 = Uint8Array.from([...PKCS8, ...seed]);
  const name = { name: "Ed25519" };
  const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, name, false, ["sign"]);
  const jwk = { kty: "OKP", crv: "Ed25519", x: base64url(publicRaw) };
  const publicKey = await crypto.subtle.importKey("jwk", jwk, name, true, ["verify"]);
  return { privateKey, publicKey };
}
