import { redirect, type RequestEvent } from "@sveltejs/kit";
import type { Api } from "./api.ts";
import { offers } from "./catalogue.ts";
import { here, safeNext } from "./guard.ts";
import { choiceIn, choiceParams, hold, type Choice } from "./hold.ts";
import { keepSession, type Session, type Tokens } from "./session.ts";

/** What to continue with after the login: hold a slot, or open a page. */
export type Intent = { choice?: Choice; next?: string };

export function intentIn(fields: { get(name: string): unknown }): Intent {
  const next = fields.get("next");
  return { choice: choiceIn(fields), ...(typeof next === "string" && next && { next: safeNext(next, "/") }) };
}

/** The intent as URL parameters, for the links between login and registration. */
export function intentParams({ choice, next }: Intent): string {
  const params = choice ? choiceParams(choice) : next ? new URLSearchParams({ next }).toString() : "";
  return params && `?${params}`;
}

/** The chosen slot, to be shown on the login page; the service by its name, or by its slug while staff is unavailable. */
export async function waitingSlot(api: Api, { choice }: Intent): Promise<{ service: string; start: string } | undefined> {
  if (!choice) return undefined;
  const known = await offers(api).catch(() => []);
  const service = known.find(({ slug }) => slug === choice.service)?.name ?? choice.service.replaceAll("-", " ");
  return { service, start: choice.start };
}

/** Redirects a user who is signed in already, as after Back. @throws redirect */
export function passBy({ locals }: RequestEvent, { choice, next }: Intent): void {
  if (!locals.session) return;
  if (!choice) redirect(303, next ?? homeOf(locals.session));
  redirect(303, here(`/reservar/${choice.service}?${new URLSearchParams({ hora: choice.start, con: choice.staffId })}`));
}

/** Sets the session cookies and continues with the intent. */
export async function goOn(event: RequestEvent, tokens: Tokens, { choice, next }: Intent): Promise<never> {
  const session = keepSession(event, tokens);
  if (choice && session.role === "CLIENT") return hold(event, choice);
  redirect(303, next ?? homeOf(session));
}

const homeOf = ({ role }: Session) => here(role === "CLIENT" ? "/reservas" : "/");
