export type AnswerTime = { offerHours: number; latestBeforeHours: number };

const hourMs = 3_600_000;

/** Until when the client may answer: some hours, but never so late that a refund leaves no time to look elsewhere. In the past: too late to ask. */
export function deadlineOf(openedAt: Date, startsAt: Date, { offerHours, latestBeforeHours }: AnswerTime): Date {
  return new Date(Math.min(openedAt.getTime() + offerHours * hourMs, startsAt.getTime() - latestBeforeHours * hourMs));
}
