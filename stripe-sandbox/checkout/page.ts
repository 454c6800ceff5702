import { formatMoney } from "../money.ts";
import type { Order, Session } from "../objects.ts";
import { style } from "./style.ts";

export function formPage(session: Session, lines: Order["lines"], declined: boolean): string {
  const say = wordsFor(session);
  const total = moneyOf(session.amount_total ?? 0, session);
  const refused = `<p class="notice bad" role="alert"><strong>${say.refused}</strong> ${say.again}</p>`;
  const until = session.custom_text.submit?.message;
  return page(
    say.pay(total),
    session,
    `<h1 class="total"><span>${say.total}</span> <strong>${escape(total)} <abbr title="${currencyName(session)}">${escape((session.currency ?? "").toUpperCase())}</abbr></strong></h1>
    <ul class="lines">${lines.map((line) => lineItem(line, session)).join("")}</ul>
    ${declined ? refused : ""}
    <form method="post">
      <button class="pay" name="decision" value="approve">${escape(say.pay(total))}</button>
      <button class="decline" name="decision" value="decline">${say.decline}</button>
      <button class="leave" name="decision" value="leave">${say.leave}</button>
    </form>
    ${until ? `<p class="small">${escape(until)}</p>` : ""}`,
  );
}

export function messagePage(session: Session | undefined): string {
  const say = wordsFor(session);
  if (session?.status === "complete") {
    const back = (session.success_url ?? "").replaceAll("{CHECKOUT_SESSION_ID}", session.id);
    const text = `<p>${escape(say.received(moneyOf(session.amount_total ?? 0, session)))}</p><p><a class="pay" href="${escape(back)}">${say.back}</a></p>`;
    return page(say.done, session, `<h1>${say.done}</h1>${text}`);
  }
  const known = session !== undefined;
  const title = known ? say.over : say.unknown;
  const back = session?.cancel_url?.replaceAll("{CHECKOUT_SESSION_ID}", session.id);
  const link = back ? `<p><a class="pay" href="${escape(back)}">${say.back}</a></p>` : "";
  return page(title, session, `<h1>${title}</h1><p>${known ? say.overText : say.unknownText}</p>${link}`);
}

const words = {
  es: {
    tag: "es-CO",
    pay: (total: string) => `Pagar ${total}`,
    total: "Total a pagar",
    refused: "El banco rechazó el pago.",
    again: "No se cobró nada. Puedes intentarlo otra vez.",
    decline: "Probar una tarjeta rechazada",
    leave: "Volver sin pagar",
    done: "Este pago ya está hecho",
    received: (total: string) => `Recibimos ${total}. No hace falta pagar otra vez.`,
    over: "Este enlace de pago venció",
    overText: "No se cobró nada. Para pagar, vuelve al salón y empieza de nuevo.",
    unknown: "No encontramos este pago",
    unknownText: "Revisa que el enlace esté completo.",
    back: "Volver al salón",
    test: "Página de prueba: aquí no se mueve dinero de verdad ni se pide una tarjeta.",
  },
  en: {
    tag: "en-US",
    pay: (total: string) => `Pay ${total}`,
    total: "Total to pay",
    refused: "The bank declined the payment.",
    again: "Nothing was charged. You can try again.",
    decline: "Try a declined card",
    leave: "Go back without paying",
    done: "This payment is done",
    received: (total: string) => `We received ${total}. There is no need to pay again.`,
    over: "This payment link is over",
    overText: "Nothing was charged. To pay, go back to the salon and start again.",
    unknown: "We do not know this payment",
    unknownText: "Check that the link is complete.",
    back: "Back to the salon",
    test: "Test page: no real money moves here, and no card is asked for.",
  },
};

const wordsFor = (session: Session | undefined) => words[session?.locale === "en" ? "en" : "es"];

const moneyOf = (minorUnits: number, session: Session): string => formatMoney(minorUnits, session.currency ?? "", wordsFor(session).tag);

function page(title: string, session: Session | undefined, main: string): string {
  const salon = session?.branding_settings?.display_name || "Lacio";
  return `<!doctype html>
<html lang="${wordsFor(session).tag}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${escape(title)} · ${escape(salon)}</title>
<style>${style}</style>
</head>
<body>
<header><span aria-hidden="true">${escape(salon.slice(0, 1).toUpperCase())}</span><p>${escape(salon)}</p></header>
<main>
${main}
</main>
<footer><p class="notice">${wordsFor(session).test}</p></footer>
</body>
</html>
`;
}

function lineItem({ name, description, quantity, unitAmount }: Order["lines"][number], session: Session): string {
  const amount = moneyOf(unitAmount * quantity, session);
  const detail = description ? `<small>${escape(description)}</small>` : "";
  return `<li><span>${escape(name)}${quantity > 1 ? ` × ${quantity}` : ""}${detail}</span> <span>${escape(amount)}</span></li>`;
}

function currencyName(session: Session): string {
  return escape(new Intl.DisplayNames(wordsFor(session).tag, { type: "currency" }).of((session.currency ?? "").toUpperCase()) ?? "");
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
