import fs from "node:fs";
import path from "node:path";
import { call, trusted } from "./demo/call.ts";
import { mailWithInvoice } from "./demo/mailbox.ts";
import { whereItIs } from "./demo/where-it-is.ts";

// A client's whole way through the running edge, by REST: register, look, book, pay, confirmed, invoice in the mailbox.
const { edge, certificate, mail: mailbox, checkout, folder } = whereItIs();
const api = call(edge, trusted(certificate));
const step = (text: string) => console.log(`\n▸ ${text}`);
const show = (value: unknown) => console.log(JSON.stringify(value, null, 2).replace(/^/gm, "    "));

step("Register a new client: POST /v1/auth/register");
const email = `demo-${Date.now()}@example.com`;
const session = await api.post<{ accessToken: string; user: { id: string; role: string } }>("/v1/auth/register", {
  email,
  password: "una clave larga",
  name: "Sofía Demo",
  phone: "3005550101",
  locale: "es",
});
show({ email, user: session.user });
const mine = api.as(session.accessToken);

step("Choose a service: GET /v1/services");
const { services } = await api.get<{
  services: { id: string; name: string; price: { minorUnits: string }; durationMinutes: number }[];
}>("/v1/services");
for (const { name, price, durationMinutes } of services)
  console.log(`    ${name.padEnd(22)} ${pesos(price.minorUnits).padStart(12)}   ${durationMinutes} min`);
const service = services.find(({ name }) => name === "Keratina") ?? services[0]!;

step(`See who is free: GET /v1/availability?serviceId=… (${service.name}, the next 30 days)`);
const today = Temporal.Now.plainDateISO("America/Bogota");
const days = `date=${today.add({ days: 1 })}&toDate=${today.add({ days: 31 })}`;
const { slots } = await api.get<{ slots: { start: string; staffId: string; staffName: string }[] }>(
  `/v1/availability?serviceId=${service.id}&${days}`,
);
console.log(`    ${slots.length} free starts; the first three:`);
for (const slot of slots.slice(0, 3)) console.log(`    ${local(slot.start)}  ${slot.staffName}`);
if (!slots[0]) throw new Error("Nobody is free in the next month: npm start -- --fresh begins anew.");

step("Book it: POST /v1/bookings with an Idempotency-Key");
const booking = await mine.post<{ bookingId: string; status: string; expiresAt: string }>(
  "/v1/bookings",
  { serviceId: service.id, desiredStart: slots[0].start, staffId: slots[0].staffId },
  { "idempotency-key": crypto.randomUUID() },
);
show(booking);

step("Pay: POST /v1/bookings/{id}/pay, then approve on the provider's page");
const payment = await mine.post<{ paymentId: string; checkoutUrl: string }>(`/v1/bookings/${booking.bookingId}/pay`, {});
show(payment);
const decided = await fetch(checkout(payment.checkoutUrl), {
  method: "POST",
  body: new URLSearchParams({ decision: "approve" }),
  redirect: "manual",
});
console.log(`    the provider answers ${decided.status} → ${decided.headers.get("location")}`);

step("The webhook confirms the booking: GET /v1/bookings/{id}");
const confirmed = await waitFor("the confirmation", async () => {
  const answer = await mine.get<{ booking: { status: string } }>(`/v1/bookings/${booking.bookingId}`);
  return answer.booking.status === "CONFIRMED" ? answer.booking : undefined;
});
show(confirmed);

step("The invoice: GET /v1/invoices, GET /v1/invoices/{id}/pdf");
const invoice = await waitFor(
  "the invoice",
  async () =>
    (await mine.get<{ invoices: { invoiceId: string; number: string; base: Amount; iva: Amount; total: Amount }[] }>("/v1/invoices"))
      .invoices[0],
);
console.log(
  `    ${invoice.number}: base ${pesos(invoice.base.minorUnits)} + IVA ${pesos(invoice.iva.minorUnits)} = ${pesos(invoice.total.minorUnits)}`,
);
const pdf = await mine.bytes(`/v1/invoices/${invoice.invoiceId}/pdf`);
const file = path.join(folder, `${invoice.number}.pdf`);
fs.writeFileSync(file, pdf);
console.log(`    ${pdf.length} bytes → ${path.relative("", file)}`);

step("The mail, with the invoice attached");
const mail = await waitFor("the mail", () => mailWithInvoice(mailbox, email));
console.log(`    “${mail.subject}” to ${email}, attached: ${mail.attachments.join(", ")}`);
console.log(`    ${mailbox}`);
console.log("\n✓ Booked, paid, invoiced and mailed.");

type Amount = { minorUnits: string };

function pesos(minorUnits: string): string {
  return `$ ${(Number(minorUnits) / 100).toLocaleString("es-CO")}`;
}

function local(time: string): string {
  return Temporal.Instant.from(time)
    .toZonedDateTimeISO("America/Bogota")
    .toLocaleString("es-CO", { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
}

async function waitFor<T>(what: string, question: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 250))) {
    const answer = await question();
    if (answer) return answer;
  }
  throw new Error(`Waited a minute for ${what} in vain; see the logs (.lacio/logs, kubectl logs).`);
}
