import { createHash, createHmac, randomBytes } from "node:crypto";
import { fact, type Fact } from "@lacio/chassis/fact";
import { SessionEnded_Cause as Cause, SessionEndedSchema } from "@lacio/proto/auth/v1/events";
import { defineEntity, p } from "@mikro-orm/core";
import { v7 as uuidv7 } from "uuid";

const SessionSchema = defineEntity({
  name: "Session",
  tableName: "session",
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    userAgent: p.string().length(300),
    startedAt: p.datetime(),
    lastUsedAt: p.datetime(),
    expiresAt: p.datetime(),
    revokedAt: p.datetime().nullable(),
  },
});

export type EndCause = Exclude<keyof typeof Cause, "CAUSE_UNSPECIFIED">;

/** A login on one device: the token family, all refresh tokens that were rotated from its first one. */
export class Session extends SessionSchema.class {
  static start(accountId: string, userAgent: string, days: number, now: Date): Session {
    const session = new Session();
    const expiresAt = new Date(now.getTime() + days * 86_400_000);
    return Object.assign(session, {
      id: uuidv7(),
      accountId,
      userAgent: userAgent.slice(0, 300),
      startedAt: now,
      lastUsedAt: now,
      expiresAt,
    });
  }

  isOver(now: Date): boolean {
    return this.revokedAt != null || this.expiresAt <= now;
  }

  secondsLeft(now: Date): number {
    return Math.ceil((this.expiresAt.getTime() - now.getTime()) / 1_000);
  }

  /** Records a token rotation as the session's last use. */
  recordUse(now: Date): void {
    this.lastUsedAt = now;
  }

  /** Ends it before its time; `by` is an ADMIN's account. No fact, and no change, when it is over already. */
  end(cause: EndCause, now: Date, by = ""): Fact[] {
    if (this.isOver(now)) return [];
    this.revokedAt = now;
    const { id: sessionId, accountId } = this;
    return [fact(SessionEndedSchema, accountId, { sessionId, accountId, cause: Cause[cause], by })];
  }
}
SessionSchema.setClass(Session);

const RefreshTokenSchema = defineEntity({
  name: "RefreshToken",
  tableName: "refresh_token",
  properties: { hash: p.blob().primary(), sessionId: p.uuid(), createdAt: p.datetime(), usedAt: p.datetime().nullable() },
});

/** Single use, and only its hash is stored. */
export class RefreshToken extends RefreshTokenSchema.class {
  static keep(token: string, sessionId: string, now: Date): RefreshToken {
    return Object.assign(new RefreshToken(), { hash: hashOf(token), sessionId, createdAt: now });
  }

  /** Rotation: the successor replaces it. */
  use(now: Date): void {
    this.usedAt = now;
  }

  /** Reuse detection: used again after the grace period, which allows for a retry after a lost response, so the token was stolen. */
  isReuse(graceSeconds: number, now: Date): boolean {
    return this.usedAt != null && now.getTime() - this.usedAt.getTime() > graceSeconds * 1_000;
  }
}
RefreshTokenSchema.setClass(RefreshToken);

export const newToken = (): string => randomBytes(32).toString("base64url");
export const hashOf = (token: string): Buffer => createHash("sha256").update(token).digest();

/** The successor in the rotation, derived by HMAC instead of stored: a retry after a lost response gets the same one. */
export const successorOf = (token: string, key: Buffer): string => createHmac("sha256", key).update(token).digest("base64url");
