import { createHash, randomBytes } from "node:crypto";
import { Refusal } from "@lacio/chassis/errors";
import { defineEntity, p } from "@mikro-orm/core";

const AnswerLinkSchema = defineEntity({
  name: "AnswerLink",
  tableName: "answer_link",
  properties: { hash: p.blob().primary(), reassignmentId: p.uuid(), createdAt: p.datetime() },
});

/** The secret in a mailed link: it opens one reassignment and nothing else, until some days after its end. Only its hash is stored. */
export class AnswerLink extends AnswerLinkSchema.class {
  static issue(token: string, reassignmentId: string, now: Date): AnswerLink {
    return Object.assign(new AnswerLink(), { hash: hashOf(token), reassignmentId, createdAt: now });
  }
}
AnswerLinkSchema.setClass(AnswerLink);

export const newToken = (): string => randomBytes(32).toString("base64url");

export const hashOf = (token: string): Buffer => createHash("sha256").update(token).digest();

/** Whether links to a reassignment still open it: some days longer than it lasts, to show its outcome. */
export const opens = ({ settledAt }: { settledAt?: Date | null }, keepDays: number, now: Date): boolean =>
  settledAt == null || now.getTime() < settledAt.getTime() + keepDays * 86_400_000;

export const linkInvalid = () => new Refusal("link_invalid", "This link is not valid, or too old.");
