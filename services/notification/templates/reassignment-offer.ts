import { money } from "@lacio/salon/money";
import { dayAndHour, shortDay, shortDayAndHour } from "./format.ts";
import { compose } from "./layout.ts";
import type { Block } from "./blocks.ts";
import type { Mail, MailContext } from "./layout.ts";
import { alternativeInWords, serviceNames, stylistNames, visitFacts } from "./visit.ts";
import type { Alternative, Visit } from "./visit.ts";

/** `visit` is the one that lost its stylist, whom its lines still name. */
export type ReassignmentOffer = MailContext & {
  visit: Visit;
  /** What the client has paid for it and not got back. */
  paid: bigint;
  /** As the stylist gave it. */
  reason: string;
  /** Who is held for the client, at a price of at most what is paid; absent when nobody is free at its start. */
  substitute?: { name: string; price: bigint };
  /** The nearest other times, when nobody is. */
  alternatives: Alternative[];
  deadline: Date;
  ifUnanswered: "REFUND" | "SUBSTITUTE";
  /** A substitute who was offered before can't come, either. */
  again: boolean;
  acceptUrl: string;
  otherTimeUrl: string;
  refundUrl: string;
};

export function reassignmentOffer(input: ReassignmentOffer): Mail {
  const { locale, salon, visit, reason, substitute, again } = input;
  const say = WORDS[locale];
  const when = shortDayAndHour(visit.start, salon.timeZone, locale);
  const day = shortDay(visit.start, salon.timeZone, locale);
  const sorry = say.cannot(stylistNames(visit), when);
  return compose(input, {
    subject: substitute ? say.subject(day, substitute.name) : say.subjectOtherTime(day),
    preheader: sorry,
    title: substitute ? say.title(substitute.name) : say.titleOtherTime,
    blocks: [
      { paragraph: sorry },
      ...(reason ? [{ paragraph: say.reason(reason) }] : []),
      ...(again ? [{ paragraph: say.again }] : []),
      ...(substitute ? substituteBlocks(input, substitute) : otherTimeBlocks(input)),
      { links: substitute ? [[say.otherTime, input.otherTimeUrl], [say.refund, input.refundUrl]] : [[say.refund, input.refundUrl]] }, // prettier-ignore
      { note: say.personal },
    ],
  });
}

function substituteBlocks(input: ReassignmentOffer, { name, price }: { name: string; price: bigint }): Block[] {
  const { locale, salon, visit, paid, deadline, ifUnanswered, acceptUrl } = input;
  const say = WORDS[locale];
  const lines = visit.lines.map((line) => ({ ...line, stylistName: name }));
  const difference = paid - price;
  return [
    { portrait: name, paragraph: difference > 0n ? say.cheaper(name, money(difference, locale)) : say.held(name) },
    visitFacts({ ...visit, lines, price }, input),
    { paragraph: say.until(dayAndHour(deadline, salon.timeZone, locale), name)[ifUnanswered] },
    { button: say.accept(name), url: acceptUrl },
  ];
}

function otherTimeBlocks(input: ReassignmentOffer): Block[] {
  const { locale, salon, visit, alternatives, deadline, ifUnanswered, otherTimeUrl } = input;
  const say = WORDS[locale];
  const near = alternatives.map((one, at): [string, string] => [say.option(at + 1), alternativeInWords(one, input)]);
  return [
    { paragraph: near.length > 0 ? say.nobodyBut : say.nobody },
    { facts: [[say.service, serviceNames(visit, locale)], ...near] },
    { paragraph: say.choose(dayAndHour(deadline, salon.timeZone, locale))[ifUnanswered] },
    { button: say.otherTime, url: otherTimeUrl },
  ];
}

const WORDS = {
  es: {
    subject: (day: string, name: string) => `Tu cita del ${day}: ¿te atiende ${name}?`,
    subjectOtherTime: (day: string) => `Tu cita del ${day}: elige otra hora`,
    title: (name: string) => `¿Te atiende ${name}?`,
    titleOtherTime: "Elige otra hora para tu cita",
    cannot: (name: string, when: string) => `Lo sentimos: el ${when}, ${name} no podrá atenderte.`,
    reason: (reason: string) => `Motivo: ${reason}`,
    again: "La persona que te habíamos propuesto tampoco podrá.",
    held: (name: string) => `Te guardamos a ${name}, a la misma hora y por el mismo precio.`,
    cheaper: (name: string, back: string) => `Te guardamos a ${name}, a la misma hora. Cobra menos: si aceptas, te devolvemos ${back}.`,
    until: (until: string, name: string) => ({
      REFUND: `Te guardamos la hora hasta el ${until}. Si no nos respondes, cancelamos la cita y te devolvemos todo lo que pagaste.`,
      SUBSTITUTE: `Puedes responder hasta el ${until}. Si no nos respondes, te atiende ${name}, como lo pediste en tu cuenta.`,
    }),
    nobodyBut: "A esa hora no hay nadie más libre. Estas son las horas libres más cercanas:",
    nobody: "A esa hora no hay nadie más libre, pero puedes elegir otra hora.",
    service: "Servicio",
    option: (at: number) => `Opción ${at}`,
    choose: (until: string) => ({
      REFUND: `Puedes elegir hasta el ${until}. Si no nos respondes, cancelamos la cita y te devolvemos todo lo que pagaste.`,
      SUBSTITUTE: `Puedes elegir hasta el ${until}. Si no nos respondes y alguien queda libre a tu hora, te atiende esa persona, como lo pediste en tu cuenta. Si no, te devolvemos todo lo que pagaste.`,
    }),
    accept: (name: string) => `Sí, con ${name}`,
    otherTime: "Elegir otra hora",
    refund: "Cancelar y recibir todo mi dinero",
    personal: "Estos enlaces responden por ti sin pedir tu contraseña: no los compartas.",
  },
  en: {
    subject: (day: string, name: string) => `Your appointment on ${day}: with ${name}?`,
    subjectOtherTime: (day: string) => `Your appointment on ${day}: choose another time`,
    title: (name: string) => `Is ${name} fine for you?`,
    titleOtherTime: "Choose another time for your appointment",
    cannot: (name: string, when: string) => `We are sorry: ${name} can't see you on ${when}.`,
    reason: (reason: string) => `Reason: ${reason}`,
    again: "The person we had proposed to you can't make it, either.",
    held: (name: string) => `We are holding ${name} for you, at the same time and for the same price.`,
    cheaper: (name: string, back: string) =>
      `We are holding ${name} for you, at the same time. The price is lower: if you accept, you get ${back} back.`,
    until: (until: string, name: string) => ({
      REFUND: `We hold the time for you until ${until}. Without an answer we cancel the appointment and you get back everything you paid.`,
      SUBSTITUTE: `You can answer until ${until}. Without an answer ${name} sees you, as you asked in your account.`,
    }),
    nobodyBut: "Nobody else is free at that time. These are the nearest free times:",
    nobody: "Nobody else is free at that time, but you can choose another time.",
    service: "Service",
    option: (at: number) => `Option ${at}`,
    choose: (until: string) => ({
      REFUND: `You can choose until ${until}. Without an answer we cancel the appointment and you get back everything you paid.`,
      SUBSTITUTE: `You can choose until ${until}. Without an answer, if somebody becomes free at your time, that person sees you, as you asked in your account. Otherwise you get back everything you paid.`,
    }),
    accept: (name: string) => `Yes, with ${name}`,
    otherTime: "Choose another time",
    refund: "Cancel and get all my money back",
    personal: "These links answer for you without asking for your password: don't share them.",
  },
};
