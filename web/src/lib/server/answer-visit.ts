import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { dayOf } from "#lib/format.ts";
import type { Answer, Door } from "./reassignment-door.ts";
import { isAway, refusalOf } from "./refusal.ts";

const ways = ["aceptar", "otra-hora", "devolver"] as const;

/** An answer's name in addresses and forms: accept the offer, another time, a full refund. */
export type Way = (typeof ways)[number];

export const wayIn = (fields: { get(name: string): unknown }): Way | undefined => ways.find((way) => way === fields.get("respuesta"));

/** `missing`: no hour was chosen. `chosen`: the refused hour, as parameters of a page of hours. */
export type Answered = { answered: Way } | { missing: true } | { failure: string; chosen?: { dia: string; con: string; hora: string } };

/** Gives the answer of a form. The same answer twice is one: a double submit changes nothing. */
export async function answerVisit(door: Door, form: FormData): Promise<Answered> {
  const way = wayIn(form);
  const [oferta, hora, con] = ["oferta", "hora", "con"].map((name) => String(form.get(name) ?? "")) as [string, string, string];
  if (!way || (way === "otra-hora" && Number.isNaN(Date.parse(hora)))) return { missing: true };
  const answer: Record<Way, () => Answer> = {
    aceptar: () => ({ case: "accept", value: oferta }),
    "otra-hora": () => ({ case: "choose", value: { start: timestampFromDate(new Date(hora)), staffId: con } }),
    devolver: () => ({ case: "decline", value: {} }),
  };
  try {
    await door.answer(answer[way]());
    return { answered: way };
  } catch (error) {
    const failure = isAway(error) ? "servicio" : refusalOf(error).reason;
    return { failure, ...(way === "otra-hora" && { chosen: { dia: dayOf(hora), con, hora } }) };
  }
}
