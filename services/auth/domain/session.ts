import { createHash, createHmac, randomBytes } from "node:crypto";
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

  /** Records a token rotation as the session's last use. */
  recordUse(now: Date): void {
    this.lastUsedAt = now;
  }

  revoke(now: Date): void {
    this.revokedAt ??= now;
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
