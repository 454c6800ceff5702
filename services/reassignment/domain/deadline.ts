export type AnswerTime = { offerHours: number; latestBeforeHours: number; answerMinutes: number };

const hourMs = 3_600_000;

/** Until when the client may answer: some hours, but never so late that a refund leaves no time to look elsewhere. In the past: too late to ask. */
export function deadlineOf(openedAt: Date, startsAt: Date, { offerHours, latestBeforeHours }: AnswerTime): Date {
  return new Date(Math.min(openedAt.getTime() + offerHours * hourMs, startsAt.getTime() - latestBeforeHours * hourMs));
}

/** Whether the client has time to answer: a mail has to be found and read. Otherwise what the client wishes in advance decides at once. */
export const canAsk = (deadline: Date, now: Date, { answerMinutes }: AnswerTime): boolean =>
  deadline.getTime() - now.getTime() >= answerMinutes * 60_000;
