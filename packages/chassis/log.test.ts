import { execFileSync } from "node:child_process";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { masked } from "./private-data.ts";

/** The log lines of a process that runs `code`. */
function written(code: string): Record<string, unknown>[] {
  const log = JSON.stringify(path.join(import.meta.dirname, "log.ts"));
  const script = `const { createLog, logConsole } = await import(${log}); const log = createLog("auth", "debug"); logConsole(log); ${code}; log.flush();`;
  const env = { ...process.env, NODE_OPTIONS: "" };
  const lines = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8", env }).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("the log", () => {
  test("has a mail server's answer without the address", () => {
    const [line] = written(`
      const answer = Object.assign(new Error("Can't send mail: 550 5.1.1 <ana.gomez@example.com>: unknown"), { code: "EENVELOPE" });
      log.warn({ err: new Error(answer.message, { cause: answer }) }, "a mail was refused");`);
    const told = "Can't send mail: 550 5.1.1 <[address]>: unknown";
    expect(line).toMatchObject({ level: "warn", service: "auth", msg: "a mail was refused", err: { message: told, cause: told } });
    expect((line!.err as { stack: string }).stack).toMatch(/^ +at /);
  });

  test("has no addresses in fields, messages and console.error", () => {
    const lines = written(`
      log.info({ to: "ana@example.com", deep: [{ of: "Ana <ana@example.com>" }] }, "a mail for ana@example.com is sent");
      console.error("went away:", new Error("ana@example.com\\nana@example.com"), "+573001234567");`);
    expect(lines).toMatchObject([
      { to: "[address]", deep: [{ of: "Ana <[address]>" }], msg: "a mail for [address] is sent" },
      { words: ["went away:", "Error: [address]\n[address]", "[phone]"], msg: "console" },
    ]);
  });

  test("has the first line of a database's error, without the values that follow", () => {
    const [line] = written(`
      const error = Object.assign(new Error("duplicate key\\ninsert into account values ('Ana Gómez')"), { code: "23505", constraint: "account_email_unique" });
      log.error({ err: error, rpc: "Register" }, "an RPC failed");`);
    expect(line!.err).toMatchObject({ message: "duplicate key", code: "23505", constraint: "account_email_unique" });
    expect(JSON.stringify(line)).not.toContain("Ana");
  });
});

test.each([
  ["ana@example.com", "[address]"],
  ["<ANA.Gómez+x@correo.example.com>,eva@x.co", "<[address]>,[address]"],
  ["/v1/x?email=ana%40example.com&b=1", "/v1/x?email=[address]&b=1"],
  ["$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$nf65EOgL/UM fits", "[hash] fits"],
  ["Bearer eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "Bearer [token]"],
  ["GET /links/set-password?a=1&token=wK9_x-3&b=1 failed", "GET /links/set-password?a=1&token=[token]&b=1 failed"],
  ["call +573001234567 or +57 300 123 4567", "call [phone] or [phone]"],
])("%j is written as %j", (typed, written) => {
  const line = JSON.stringify({ msg: `before\n${typed}`, n: 3_001_234_567 });
  expect(JSON.parse(masked(line))).toEqual({ msg: `before\n${written}`, n: 3_001_234_567 });
});

test.each([
  ["node_modules/@mikro-orm/core/x.js:1:2", "a path of a package with a scope"],
  ["pkg@1.2.3/index.js", "a version"],
  ["postgres@[local]", "a user without a domain"],
  ["2026-06-01T12:00:00.000+00:00", "a time with its offset"],
  ["0192f0c4-7e4d-7a53-9c0b-3001234567ab", "an id"],
])("%j is left: %s", (text) => {
  const line = JSON.stringify({ msg: text });
  expect(masked(line)).toBe(line);
});
