import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Answer, Door } from "./reassignment-door.ts";
import { isAway, refusalOf } from "./refusal.ts";

/** The answer of a form: accept the offer, or a full refund. Undefined: neither. */
export function answerIn(form: FormData): Answer | undefined {
  const answer = form.get("respuesta");
  if (answer === "aceptar") return { case: "accept", value: String(form.get("oferta") ?? "") };
  return answer === "devolver" ? { case: "decline", value: {} } : undefined;
}

/** Another time, chosen with the picker; `encima`: the client knows that another visit overlaps it. Undefined: no hour was chosen. */
export function timeIn(form: FormData): { answer: Answer; hora: string; con: string } | undefined {
  const [hora, con] = ["hora", "con"].map((name) => String(form.get(name) ?? "")) as [string, string];
  if (Number.isNaN(Date.parse(hora))) return undefined;
  const refuseOverlap = form.get("encima") !== hora;
  return { answer: { case: "choose", value: { start: timestampFromDate(new Date(hora)), staffId: con, refuseOverlap } }, hora, con };
}

/** Gives an answer; why it was refused, if it was. The same answer twice is one: a double submit changes nothing. */
export async function give(door: Door, answer: Answer): Promise<{ failure?: string }> {
  try {
    await door.answer(answer);
    return {};
  } catch (error) {
    return { failure: isAway(error) ? "servicio" : refusalOf(error).reason };
  }
}

/** The HTTP status of a page that tells a refused answer. After 409 what is asked is loaded again. */
export const statusOf = (failure: string): number => (failure === "servicio" ? 503 : 409);
