/** SHA-256 (FIPS 180-4) a piece at a time: WebCrypto only takes what is in memory as a whole. */

const BLOCK = 64;
const K = new Uint32Array(64);
const START = new Uint32Array(8);

/** The first 32 bits of the fractional part. */
function fraction(value: number): number {
  return ((value - Math.floor(value)) * 2 ** 32) >>> 0;
}

function fillTables(): void {
  let count = 0;
  for (let prime = 2; count < 64; prime += 1) {
    let divisor = 2;
    while (divisor * divisor <= prime && prime % divisor !== 0) divisor += 1;
    if (divisor * divisor <= prime) continue;
    if (count < 8) START[count] = fraction(Math.sqrt(prime));
    K[count] = fraction(Math.cbrt(prime));
    count += 1;
  }
}
fillTables();

export class Sha256 {
  private readonly state = START.slice();
  private readonly words = new Uint32Array(64);
  private readonly rest = new Uint8Array(BLOCK);
  private held = 0;
  private length = 0;

  update(data: Uint8Array): this {
    this.length += data.length;
    let at = 0;
    if (this.held > 0) {
      at = Math.min(BLOCK - this.held, data.length);
      this.rest.set(data.subarray(0, at), this.held);
      this.held += at;
      if (this.held < BLOCK) return this;
      this.block(this.rest, 0);
      this.held = 0;
    }
    for (; at + BLOCK <= data.length; at += BLOCK) this.block(data, at);
    this.rest.set(data.subarray(at), 0);
    this.held = data.length - at;
    return this;
  }

  /** The sum in hex; nothing may be added afterwards. */
  digest(): string {
    const bits = this.length * 8;
    const tail = new Uint8Array(this.held < 56 ? BLOCK : 2 * BLOCK);
    tail.set(this.rest.subarray(0, this.held));
    tail[this.held] = 0x80;
    const view = new DataView(tail.buffer);
    view.setUint32(tail.length - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(tail.length - 4, bits >>> 0);
    for (let at = 0; at < tail.length; at += BLOCK) this.block(tail, at);
    return [...this.state].map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  private block(data: Uint8Array, at: number): void {
    const w = this.words;
    for (let i = 0; i < 16; i += 1) {
      const p = at + 4 * i;
      w[i] =
        ((data[p] as number) << 24) |
        ((data[p + 1] as number) << 16) |
        ((data[p + 2] as number) << 8) |
        (data[p + 3] as number);
    }
    for (let i = 16; i < 64; i += 1) {
      const x = w[i - 15] as number;
      const y = w[i - 2] as number;
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = ((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0;
    }
    this.rounds();
  }

  private rounds(): void {
    const { state, words } = this;
    let [a, b, c, d, e, f, g, h] = state as unknown as number[] as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    for (let i = 0; i < 64; i += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (K[i] as number) + (words[i] as number)) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => {
      state[i] = (state[i] as number) + word;
    });
  }
}

const STEP = 1 << 20;

/** The SHA-256 of a file, read a mebibyte at a time; `told` hears how far it is. */
export async function sumOf(
  blob: Blob,
  told: (bytes: number) => void,
  go: () => boolean = () => true,
): Promise<string> {
  const hash = new Sha256();
  for (let at = 0; at < blob.size && go(); at += STEP) {
    hash.update(new Uint8Array(await blob.slice(at, at + STEP).arrayBuffer()));
    told(Math.min(at + STEP, blob.size));
  }
  return hash.digest();
}
