import { redirect, type RequestEvent } from "@sveltejs/kit";
import { choiceIn, choiceParams, hold, type Choice } from "./hold.ts";
import { here, safeNext } from "./guard.ts";
import { keepSession, type Tokens } from "./session.ts";

/** What somebody was about to do when she was asked who she is: hold a slot, or see a page. */
export type Intent = { choice?: Choice; next?: string };

export function intentIn(fields: { get(name: string): unknown }): Intent {
  const next = fields.get("next");
  return { choice: choiceIn(fields), ...(typeof next === "string" && next && { next: safeNext(next, "/") }) };
}

/** The same intent as an address carries it, for the link between signing in and registering. */
export function intentParams({ choice, next }: Intent): string {
  const params = choice ? choiceParams(choice) : next ? new URLSearchParams({ next }).toString() : "";
  return params && `?${params}`;
}

/** Keeps the session and goes on with what she was about to do. */
export async function goOn(event: RequestEvent, tokens: Tokens, { choice, next }: Intent): Promise<never> {
  const { role } = keepSession(event, tokens);
  if (choice && role === "CLIENT") return hold(event, choice);
  redirect(303, next ?? here(role === "CLIENT" ? "/reservas" : "/"));
}
