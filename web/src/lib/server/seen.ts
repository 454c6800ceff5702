// The int64 maximum matches no booking: a form without a revision is refused as stale.
const nothing = 9_223_372_036_854_775_807n;

/** The revision that the form was rendered with, for optimistic concurrency. */
export const seenIn = (form: FormData): { expectedRevision: bigint } => ({ expectedRevision: wholeNumber(form.get("revision")) });

/** With the refund that was shown, in minor units of COP. */
export const seenWithRefund = (form: FormData) => ({
  ...seenIn(form),
  expectedRefund: { currencyCode: "COP", minorUnits: wholeNumber(form.get("refund")) },
});

const wholeNumber = (value: FormDataEntryValue | null): bigint =>
  typeof value === "string" && /^\d{1,18}$/.test(value) ? BigInt(value) : nothing;
