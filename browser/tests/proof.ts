/**
 * An independent reader of signatures and testimony, for the vectors only: no page of ours claims a verdict
 * (the server's verifier and the customer's own tool do), so none of this is in what browsers load.
 */

import { bytes, hex } from "./vectors";

const text = new TextEncoder();

/** Reads SSH's length-prefixed strings. */
class Reader {
  private at = 0;

  constructor(private readonly source: Uint8Array<ArrayBuffer>) {}

  take(length: number): Uint8Array<ArrayBuffer> {
    if (this.at + length > this.source.length) throw new Error("truncated");
    this.at += length;
    return this.source.slice(this.at - length, this.at);
  }

  string(): Uint8Array<ArrayBuffer> {
    return this.take(new DataView(this.take(4).buffer).getUint32(0));
  }
}

const ascii = (content: Uint8Array): string => String.fromCharCode(...content);
const base64 = (words: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(words), (letter) => letter.charCodeAt(0));

function string(content: Uint8Array): number[] {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, content.length);
  return [...length, ...content];
}

/** "" when the signature stands for one of the keys, else documents.md's code. */
export async function verdict(
  armour: string,
  namespace: string,
  message: string,
  allowed: string[],
): Promise<string> {
  const blob = new Reader(base64(armour.replace(/-----[A-Z ]+-----|\s/g, "")));
  if (ascii(blob.take(6)) !== "SSHSIG" || blob.take(4)[3] !== 1) return "bad-signature";
  const [key, named, reserved, hash, signature] = [0, 1, 2, 3, 4].map(() => blob.string());
  if (!key || !named || !reserved || !hash || !signature) return "bad-signature";
  if (ascii(named) !== namespace) return "wrong-namespace";
  if (!allowed.some((line) => hex(base64(line.split(" ")[1] ?? "")) === hex(key))) {
    return "unknown-key";
  }
  const inKey = new Reader(key);
  const inSignature = new Reader(signature);
  if (ascii(inKey.string()) !== "ssh-ed25519") return "bad-signature";
  if (ascii(inSignature.string()) !== "ssh-ed25519") return "bad-signature";
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-512", text.encode(message)));
  const parts = [named, reserved, hash, digest].flatMap(string);
  const signed = new Uint8Array([...text.encode("SSHSIG"), ...parts]);
  const algorithm = { name: "Ed25519" };
  const open = await crypto.subtle.importKey("raw", inKey.string(), algorithm, false, ["verify"]);
  const stands = await crypto.subtle.verify(algorithm, open, inSignature.string(), signed);
  return stands ? "" : "bad-signature";
}

async function sha256(...parts: (Uint8Array | number[])[]): Promise<Uint8Array> {
  const whole = new Uint8Array(parts.flatMap((part) => [...part]));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

const TAGS: Record<number, string> = {
  1: "o",
  2: "i",
  4: "r",
  5: "e",
  7: "c",
  8: "d",
  9: "s",
  11: "2",
  12: "k",
  13: "a",
};

export interface Step {
  unit: string;
  kind?: number;
  body?: string;
  bytes?: string;
  length?: number;
  time?: number;
  salt?: string;
  sha256?: string;
}

function uint64(value: number): number[] {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(value));
  return [...out];
}

/** The chain of leaves over a channel's units (docs/protocols/recording.md). */
export class Chain {
  head: Uint8Array = new Uint8Array();
  count = 0;
  private waiting: number[] = [];

  static async of(key: string): Promise<Chain> {
    const chain = new Chain();
    chain.head = await sha256(text.encode("reachback-leaves"), text.encode(key));
    return chain;
  }

  /** The unit's leaf, null when it has none. */
  async unit(step: Step): Promise<Uint8Array | null> {
    if (step.unit === "data") {
      this.waiting.push(...bytes(step.bytes ?? ""));
      return null;
    }
    const leaf = await this.leaf(step);
    this.head = await sha256([1], this.head, leaf);
    this.count += 1;
    return leaf;
  }

  private async leaf(step: Step): Promise<Uint8Array> {
    if (step.unit === "gap") {
      const payload = [...uint64(step.length ?? 0), ...bytes(step.sha256 ?? "")];
      const head = [...bytes(step.salt ?? ""), ...text.encode("g"), ...uint64(step.time ?? 0)];
      return sha256([0], head, payload);
    }
    const body = bytes(step.body ?? "");
    if (step.kind === 3) return body.subarray(8);
    const [time, salt] = [body.subarray(0, 8), body.subarray(8, 24)];
    const payload = step.kind === 1 ? this.waiting.splice(0) : body.subarray(24);
    return sha256([0], salt, text.encode(TAGS[step.kind ?? 0] ?? "?"), time, payload);
  }
}
