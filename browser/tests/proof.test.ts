import { describe, expect, test } from "vitest";
import { Chain, type Step, verdict } from "./proof";
import { hex, vectors } from "./vectors";

const EMPTY = { body: "", signatures: [""] };

describe("signatures of the vectors, read by WebCrypto", () => {
  test.each(vectors.sshsig.verify)("$name", async (vector) => {
    const { armour, namespace, message, allowed, code } = vector;
    expect(await verdict(armour, namespace, message, allowed)).toBe(code);
  });

  test.each(Object.values(vectors.documents.documents))("a $type stands", async (vector) => {
    const { body, signatures } = vector.envelope ?? EMPTY;
    const signature = signatures[0] ?? "";
    expect(await verdict(signature, vector.type, body, [vector.signer])).toBe("");
    expect(await verdict(signature, vector.type, `${body} `, [vector.signer])).toBe(
      "bad-signature",
    );
  });
});

describe("testimony of the vectors", () => {
  test("gives the same leaves, counts and heads, unit for unit", async () => {
    const chain = await Chain.of(vectors.leaves.key);
    expect(hex(chain.head)).toBe(vectors.leaves.first);
    for (const step of vectors.leaves.steps) {
      const leaf = await chain.unit(step as Step);
      expect(leaf && hex(leaf)).toBe(step.leaf);
      expect([chain.count, hex(chain.head)]).toEqual([step.count, step.head]);
    }
  });

  test("a receipt names the leaves and the head it vouches for", () => {
    const { receipt } = vectors.documents.documents;
    const value = JSON.parse(receipt.envelope.body);
    expect(value.type).toBe("reachback-receipt");
    expect(value.device).toBe(receipt.signer);
    expect(value.head).toMatch(/^[0-9a-f]{64}$/);
    expect(Number.isSafeInteger(value.leaves) && Number.isSafeInteger(value.offset)).toBe(true);
  });
});
