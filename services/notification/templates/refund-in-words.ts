import { money } from "@lacio/salon/money";
import type { Locale } from "./format.ts";
import { hoursInWords } from "./visit.ts";
import type { CancelledBy } from "./visit.ts";

/** `before`: what had been refunded earlier; `owed`: what the salon already owed because a refund had failed. */
export type CancelledMoney = {
  paid: boolean;
  price: bigint;
  refund: bigint;
  before?: bigint;
  owed?: bigint;
  by: CancelledBy;
  freeUntilHours: number;
};

/** How much is refunded after a cancellation, and why not everything. */
export function refundInWords(cancelled: CancelledMoney, locale: Locale): string {
  const { paid, price, refund, before = 0n, owed = 0n, by, freeUntilHours } = cancelled;
  const say = WORDS[locale];
  if (!paid) return say.unpaid;
  const earlier = (before > 0n ? ` ${say.before(money(before, locale))}` : "") + (owed > 0n ? ` ${say.owed(money(owed, locale))}` : "");
  const decided = before + owed;
  if (refund + decided >= price) {
    if (refund === 0n) return owed > 0n ? say.decided + earlier : say.all(money(price, locale));
    return (decided > 0n ? say.rest : say.full)(money(refund, locale)) + earlier;
  }
  const why = by === "CLIENT" ? say.late(hoursInWords(freeUntilHours, locale)) : "";
  if (refund > 0n) return `${say.partial(money(refund, locale), money(price, locale))}${why}. ${say.soon}${earlier}`;
  return `${decided > 0n ? say.noMore : say.none(money(price, locale))}${why}.${earlier}`;
}

const WORDS = {
  es: {
    unpaid: "No habías pagado, así que no hay nada que devolver.",
    full: (refund: string) => `Te devolvemos todo lo que pagaste: ${refund}. Te avisamos cuando enviemos el dinero.`,
    rest: (refund: string) => `Te devolvemos los ${refund} que faltaban. Te avisamos cuando enviemos el dinero.`,
    all: (price: string) => `Ya tienes de vuelta los ${price} que pagaste.`,
    before: (before: string) => `Ya tenías de vuelta ${before}.`,
    owed: (owed: string) => `Te debemos ${owed} que no te llegaron.`,
    decided: "Todo lo que pagaste ya te lo devolvimos o te lo debemos.",
    partial: (refund: string, price: string) => `Te devolvemos ${refund} de los ${price} que pagaste`,
    noMore: "Esta vez no hay más devolución",
    none: (price: string) => `Esta vez no hay devolución de los ${price} que pagaste`,
    late: (hours: string) => `, porque faltaban menos de ${hours} para tu cita`,
    soon: "Te avisamos cuando enviemos el dinero.",
  },
  en: {
    unpaid: "You had not paid yet, so there is nothing to refund.",
    full: (refund: string) => `You get back everything you paid: ${refund}. We will tell you when we send the money.`,
    rest: (refund: string) => `You get back the remaining ${refund}. We will tell you when we send the money.`,
    all: (price: string) => `You already have the ${price} you paid back.`,
    before: (before: string) => `You had ${before} back already.`,
    owed: (owed: string) => `We owe you ${owed} that did not reach you.`,
    decided: "All you paid went back to you or is owed to you already.",
    partial: (refund: string, price: string) => `You get back ${refund} of the ${price} you paid`,
    noMore: "This time there is no further refund",
    none: (price: string) => `This time there is no refund of the ${price} you paid`,
    late: (hours: string) => `, because your appointment was less than ${hours} away`,
    soon: "We will tell you when we send the money.",
  },
};
