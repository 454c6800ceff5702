import { describe, expect, test } from "@jest/globals";
import { hashOf, newToken, RefreshToken, Session, successorOf } from "./session.ts";

const now = new Date("2026-06-01T12:00:00Z");
const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
const kept = (usedAt: Date | null) => Object.assign(RefreshToken.keep("t", crypto.randomUUID(), now), { usedAt });

describe("a session", () => {
  const start = (userAgent = "") => Session.start(crypto.randomUUID(), userAgent, 60, now);

  test("is over once expired or revoked", () => {
    const session = start();
    expect([session.isOver(later(60 * 86_400 - 1)), session.isOver(later(60 * 86_400))]).toEqual([false, true]);
    session.revoke(later(10));
    expect(session.isOver(later(10))).toBe(true);
  });

  test("keeps the moment of its first revocation", () => {
    const session = start();
    session.revoke(later(10));
    session.revoke(later(20));
    expect(session.revokedAt).toEqual(later(10));
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
