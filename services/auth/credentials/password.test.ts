import { describe, expect, test } from "@jest/globals";
import { passwordHashes } from "./hash-queue.ts";
import { createHasher } from "./password.ts";

const hasher = createHasher(60_000);
const hashed = async () => (await passwordHashes.get()).values.find(({ labels }) => labels.outcome === "hashed")?.value ?? 0;

describe("a password", () => {
  test("is kept as argon2id with its parameters, in PHC's form", async () => {
    expect(await hasher.hash("una clave larga")).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  });

  test("never gives the same hash twice", async () => {
    expect(await hasher.hash("una clave larga")).not.toBe(await hasher.hash("una clave larga"));
  });

  test.each([
    ["the same", "una clave larga", true],
    ["another", "una clave larga.", false],
    ["another case", "Una clave larga", false],
    ["nothing", "", false],
  ])("fits %s: %j", async (_, typed, fits) => {
    expect(await hasher.verify(typed, await hasher.hash("una clave larga"))).toBe(fits);
  });

  test("is normalised to NFKC: ñ composed or decomposed is the same", async () => {
    expect(await hasher.verify("contrasen\u0303a", await hasher.hash("contraseña"))).toBe(true);
  });

  // A test vector of the reference implementation: stored hashes stay portable.
  test("is what every other argon2id computes", async () => {
    const known = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    expect(await hasher.verify("password", known)).toBe(true);
    expect(await hasher.verify("passwore", known)).toBe(false);
  });

  test("of an unknown account never matches, but is hashed all the same (timing attack)", async () => {
    const before = await hashed();
    expect([await hasher.verify("x", null), await hasher.verify("x", undefined)]).toEqual([false, false]);
    expect((await hashed()) - before).toBe(2);
  });

  test("whose stored hash is altered or truncated never matches", async () => {
    const stored = await hasher.hash("una clave larga");
    expect(await hasher.verify("una clave larga", `${stored.slice(0, -2)}AA`)).toBe(false);
    expect(await hasher.verify("una clave larga", stored.slice(0, -10))).toBe(false);
  });
});
