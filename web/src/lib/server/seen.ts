// Fits no booking: who does not say what was seen has to look again.
const nothing = 9_223_372_036_854_775_807n;

/** What a form was decided on, as a change of a booking expects it. */
export const seenIn = (form: FormData): { expectedRevision: bigint } => ({ expectedRevision: wholeNumber(form.get("revision")) });

/** The refund too, in minor units of COP. */
export const seenWithRefund = (form: FormData) => ({
  ...seenIn(form),
  expectedRefund: { currencyCode: "COP", minorUnits: wholeNumber(form.get("refund")) },
});

const wholeNumber = (value: FormDataEntryValue | null): bigint =>
  typeof value === "string" && /^\d{1,18}$/.test(value) ? BigInt(value) : nothing;
