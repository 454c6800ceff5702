import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { createHashQueue } from "./hash-queue.ts";

const derive = promisify(argon2);

// OWASP's argon2id floor: 19 MiB, two passes, one lane.
const memory = 19_456;
const passes = 2;

export type Hasher = ReturnType<typeof createHasher>;

/** Hashes passwords with argon2id, in a queue where signing in has priority over setting a password. */
export function createHasher(maxWaitMs: number) {
  const queue = createHashQueue(maxWaitMs);
  // Decoy hash, verified when the account is unknown: the response time must not reveal which accounts exist (timing attack).
  const decoyHash = queue.inTurn("sign in", () => hash(randomBytes(16).toString("hex")));

  return {
    /** A PHC string ($argon2id$v=19$…). */
    hash: (password: string) => queue.inTurn("set password", () => hash(password)),
    async verify(password: string, stored: string | null | undefined): Promise<boolean> {
      const known = stored ?? (await decoyHash);
      const fits = await queue.inTurn("sign in", () => verify(password, known));
      return fits && stored != null;
    },
  };
}

async function hash(password: string): Promise<string> {
  const salt = randomBytes(16);
  const tag = await digest(password, salt, memory, passes);
  return `$argon2id$v=19$m=${memory},t=${passes},p=1$${base64(salt)}$${base64(tag)}`;
}

async function verify(password: string, stored: string): Promise<boolean> {
  const [, , , parameters = "", salt = "", tag = ""] = stored.split("$");
  const [, m = "0", t = "0"] = /m=(\d+),t=(\d+)/.exec(parameters) ?? [];
  const actual = await digest(password, Buffer.from(salt, "base64"), Number(m), Number(t));
  const expected = Buffer.from(tag, "base64");
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

const digest = (password: string, nonce: Buffer, memory: number, passes: number): Promise<Buffer> =>
  derive("argon2id", { message: password.normalize("NFKC"), nonce, memory, passes, parallelism: 1, tagLength: 32 });

const base64 = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");
