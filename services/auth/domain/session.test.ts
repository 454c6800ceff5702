import { describe, expect, test } from "@jest/globals";
import { fact } from "@lacio/chassis/fact";
import { SessionEnded_Cause, SessionEndedSchema } from "@lacio/proto/auth/v1/events";
import { hashOf, newToken, RefreshToken, Session, successorOf } from "./session.ts";

const now = new Date("2026-06-01T12:00:00Z");
const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
const kept = (usedAt: Date | null) => Object.assign(RefreshToken.keep("t", crypto.randomUUID(), now), { usedAt });

describe("a session", () => {
  const start = (userAgent = "") => Session.start(crypto.randomUUID(), userAgent, 60, now);

  test("is over once expired or revoked", () => {
    const session = start();
    expect([session.isOver(later(60 * 86_400 - 1)), session.isOver(later(60 * 86_400))]).toEqual([false, true]);
    session.end("SIGNED_OUT", later(10));
    expect(session.isOver(later(10))).toBe(true);
  });

  test("ends once, and says by what and by whom; one that has expired ends without a word", () => {
    const session = start();
    const { id: sessionId, accountId } = session;
    const [by, expired] = [crypto.randomUUID(), start()];
    const told = fact(SessionEndedSchema, accountId, { sessionId, accountId, cause: SessionEnded_Cause.DISABLED, by });
    expect(session.end("DISABLED", later(10), by)).toEqual([told]);
    expect([session.end("SIGNED_OUT", later(20)), session.revokedAt]).toEqual([[], later(10)]);
    expect([expired.end("ERASED", later(60 * 86_400)), expired.revokedAt]).toEqual([[], undefined]);
  });

  test("counts the seconds that are left", () => {
    expect([start().secondsLeft(later(10.5)), start().secondsLeft(later(60 * 86_400))]).toEqual([60 * 86_400 - 10, 0]);
  });

  test("truncates the user agent to its column's length", () => {
    expect(start("x".repeat(5_000)).userAgent).toHaveLength(300);
  });
});

describe("a refresh token", () => {
  test.each([
    ["was never used", null, 0, false],
    ["was used just now", now, 0, false],
    ["was used exactly the grace period ago", now, 10, false],
    ["was used longer ago than the grace period", now, 10.001, true],
  ])("that %s", (_, usedAt, seconds, isReuse) => {
    expect(kept(usedAt).isReuse(10, later(seconds))).toBe(isReuse);
  });

  test("without a grace period is reused at the second use, however soon", () => {
    expect(kept(now).isReuse(0, later(0.001))).toBe(true);
  });

  test("is kept as a hash alone", () => {
    const token = newToken();
    const row = RefreshToken.keep(token, crypto.randomUUID(), now);
    expect(row.hash).toEqual(hashOf(token));
    expect(JSON.stringify(row)).not.toContain(token);
  });

  test("has one successor, which cannot be derived without the key", () => {
    const [token, other] = [newToken(), newToken()];
    const [key, otherKey] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    expect(successorOf(token, key)).toBe(successorOf(token, key));
    expect(new Set([token, successorOf(token, key), successorOf(other, key), successorOf(token, otherKey)]).size).toBe(4);
  });

  test("has 256 random bits in base64url", () => {
    expect(newToken()).toMatch(/^[\w-]{43}$/);
    expect(new Set(Array.from({ length: 100 }, newToken)).size).toBe(100);
  });
});
