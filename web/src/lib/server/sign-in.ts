import { redirect, type RequestEvent } from "@sveltejs/kit";
import type { Api } from "./api.ts";
import { offers } from "./catalogue.ts";
import { here, safeNext } from "./guard.ts";
import { choiceIn, choiceParams, hold, type Choice } from "./hold.ts";
import { keepSession, type Session, type Tokens } from "./session.ts";

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

/** The slot that waits for her, for the page to show; its service by name, or while staff is away by its address. */
export async function waitingSlot(api: Api, { choice }: Intent): Promise<{ service: string; start: string } | undefined> {
  if (!choice) return undefined;
  const known = await offers(api).catch(() => []);
  const service = known.find(({ slug }) => slug === choice.service)?.name ?? choice.service.replaceAll("-", " ");
  return { service, start: choice.start };
}

/** Who is signed in already, as after going back, has nothing to do here. @throws redirect */
export function passBy({ locals }: RequestEvent, { choice, next }: Intent): void {
  if (!locals.session) return;
  if (!choice) redirect(303, next ?? homeOf(locals.session));
  redirect(303, here(`/reservar/${choice.service}?${new URLSearchParams({ hora: choice.start, con: choice.staffId })}`));
}

/** Keeps the session and goes on with what she was about to do. */
export async function goOn(event: RequestEvent, tokens: Tokens, { choice, next }: Intent): Promise<never> {
  const session = keepSession(event, tokens);
  if (choice && session.role === "CLIENT") return hold(event, choice);
  redirect(303, next ?? homeOf(session));
}

const homeOf = ({ role }: Session) => here(role === "CLIENT" ? "/reservas" : "/");
