import { formatMoney } from "../money.ts";
import type { Order, Session } from "../objects.ts";
import { style } from "./style.ts";

export function formPage(session: Session, lines: Order["lines"], declined: boolean, timeZone: string): string {
  const total = formatMoney(session.amount_total ?? 0, session.currency ?? "", "es-CO");
  const refused = `<p class="notice bad" role="alert"><strong>El banco rechazó el pago.</strong> No se cobró nada. Puedes intentarlo otra vez.</p>`;
  return page(
    `Pagar ${total}`,
    session,
    `<h1 class="total"><span>Total a pagar</span> <strong>${escape(total)} <abbr title="${currencyName(session)}">${escape((session.currency ?? "").toUpperCase())}</abbr></strong></h1>
    <ul class="lines">${lines.map((line) => lineItem(line, session)).join("")}</ul>
    ${declined ? refused : ""}
    <form method="post">
      <button class="pay" name="decision" value="approve">Pagar ${escape(total)}</button>
      <button class="decline" name="decision" value="decline">Probar una tarjeta rechazada</button>
      <button class="leave" name="decision" value="leave">Volver sin pagar</button>
    </form>
    <p class="small">Puedes pagar hasta el ${escape(timeOf(session.expires_at, timeZone))}</p>`,
  );
}

export function messagePage(session: Session | undefined): string {
  if (session?.status === "complete") {
    const back = (session.success_url ?? "").replaceAll("{CHECKOUT_SESSION_ID}", session.id);
    const total = formatMoney(session.amount_total ?? 0, session.currency ?? "", "es-CO");
    const text = `<p>Recibimos ${escape(total)}. No hace falta pagar otra vez.</p><p><a class="pay" href="${escape(back)}">Volver al salón</a></p>`;
    return page("Este pago ya está hecho", session, `<h1>Este pago ya está hecho</h1>${text}`);
  }
  const known = session !== undefined;
  const title = known ? "Este enlace de pago venció" : "No encontramos este pago";
  const why = known ? "No se cobró nada. Para pagar, vuelve al salón y empieza de nuevo." : "Revisa que el enlace esté completo.";
  const back = session?.cancel_url?.replaceAll("{CHECKOUT_SESSION_ID}", session.id);
  const link = back ? `<p><a class="pay" href="${escape(back)}">Volver al salón</a></p>` : "";
  return page(title, session, `<h1>${title}</h1><p>${why}</p>${link}`);
}

function page(title: string, session: Session | undefined, main: string): string {
  const salon = session?.branding_settings?.display_name || "Lacio";
  return `<!doctype html>
<html lang="es-CO">
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
<footer><p class="notice">Página de prueba: aquí no se mueve dinero de verdad ni se pide una tarjeta.</p></footer>
</body>
</html>
`;
}

function lineItem({ name, description, quantity, unitAmount }: Order["lines"][number], session: Session): string {
  const amount = formatMoney(unitAmount * quantity, session.currency ?? "", "es-CO");
  const detail = description ? `<small>${escape(description)}</small>` : "";
  return `<li><span>${escape(name)}${quantity > 1 ? ` × ${quantity}` : ""}${detail}</span> <span>${escape(amount)}</span></li>`;
}

function currencyName(session: Session): string {
  return escape(new Intl.DisplayNames("es-CO", { type: "currency" }).of((session.currency ?? "").toUpperCase()) ?? "");
}

function timeOf(seconds: number, timeZone: string): string {
  return new Intl.DateTimeFormat("es-CO", {
    day: "numeric",
    month: "long",
    hour: "numeric",
    minute: "2-digit",
    timeZone,
  }).format(seconds * 1000);
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
