import { describe, expect, test } from "@jest/globals";
import { dayAndHour, mailLocale, type Locale } from "./format.ts";
import { templates } from "./index.ts";
import type { MailInput, MailKind } from "./index.ts";
import type { Mail } from "./layout.ts";
import { serviceNames, type CancelPolicy } from "./visit.ts";

const LINK = "https://salon.example/enlace?token=a1&mail=b2";

const inputs = (locale: Locale, name = "Camila"): { [Kind in MailKind]: MailInput<Kind>[] } => {
  const context = {
    locale,
    recipientName: name,
    now: new Date("2026-11-24T21:00:00Z"),
    salon: { name: "Lacio", address: "Calle 85 # 12-40, Bogotá", phone: "+57 601 555 0142", timeZone: "America/Bogota" },
  };
  const visit = {
    bookingId: "01935f3a-7c2e-7b11-9d3f-5c2a7f3a19c2",
    lines: [{ serviceName: "Alisado largo", stylistName: name }],
    start: new Date("2026-12-02T13:30:00Z"),
    end: new Date("2026-12-02T16:00:00Z"),
    price: 18_000_000n,
  };
  const freeUntil = new Date("2026-12-01T13:30:00Z");
  const policy = { freeUntilHours: 24, freeUntil, lateRefund: 9_000_000n, movable: true, cancellable: true };
  const bookingUrl = `${LINK}&see`;
  const pages = { bookingUrl, changeUrl: `${LINK}&change`, cancelUrl: `${LINK}&cancel` };
  const toPay = { until: new Date("2026-11-24T22:31:00Z"), url: `${LINK}&pay` };
  const account = { ...context, link: LINK, linkExpiresAt: new Date("2026-11-25T22:00:00Z") };
  const cancelled = { ...context, visit, freeUntilHours: 24, paid: true, bookAgainUrl: LINK, bookingUrl };
  const stylist = { ...context, visit, clientName: name, agendaUrl: LINK };
  const alternatives = ["2026-12-02T16:00:00Z", "2026-12-03T13:30:00Z", "2026-12-03T15:00:00Z"].map((start, at) => {
    return { start: new Date(start), stylistName: ["Valentina Ríos", name, "Sofía Peña"][at]!, url: `${LINK}&near${at}` };
  });
  const answers = { acceptUrl: `${LINK}&accept`, otherTimeUrl: `${LINK}&other`, refundUrl: `${LINK}&refund` };
  const asked = {
    ...context,
    ...answers,
    visit,
    paid: visit.price,
    reason: name,
    alternatives: [],
    deadline: new Date("2026-12-01T23:00:00Z"),
    again: false,
  };
  const substitute = { name: "Valentina Ríos", price: 18_000_000n };
  return {
    welcome: [account],
    staff_invitation: [account],
    password_reset: [account],
    password_changed: [
      { ...context, changedAt: context.now, byLink: false, forgotPasswordUrl: `${LINK}&forgot` },
      { ...context, changedAt: context.now, byLink: true, forgotPasswordUrl: `${LINK}&forgot` },
    ],
    new_email: [account],
    email_change_asked: [{ ...context, newEmail: "jimena.ruiz@example.com", forgotPasswordUrl: `${LINK}&forgot` }],
    session_ended: [{ ...context, signInUrl: LINK, forgotPasswordUrl: `${LINK}&forgot` }],
    booking_confirmed: [
      { ...context, ...pages, visit, policy, invoiceNumber: "SETP990000123" },
      { ...context, ...pages, visit, policy },
    ],
    booking_cancelled: [
      { ...cancelled, by: "CLIENT", refund: 18_000_000n },
      { ...cancelled, by: "CLIENT", refund: 9_000_050n },
      { ...cancelled, by: "CLIENT", refund: 0n },
      { ...cancelled, by: "STYLIST", reason: name, refund: 18_000_000n },
      { ...cancelled, by: "SALON", paid: false, refund: 0n },
      { ...cancelled, by: "CLIENT", refund: 15_000_000n, before: 3_000_000n },
      { ...cancelled, by: "CLIENT", refund: 9_000_000n, before: 3_000_000n },
      { ...cancelled, by: "STYLIST", refund: 0n, before: 18_000_000n },
      { ...cancelled, by: "CLIENT", refund: 9_000_000n, owed: 4_000_000n },
      { ...cancelled, by: "SALON", refund: 14_000_000n, owed: 4_000_000n },
      { ...cancelled, by: "CLIENT", refund: 0n, before: 10_000_000n, owed: 8_000_000n },
      { ...cancelled, by: "CLIENT", refund: 18_000_000n, lostStylist: name },
      { ...cancelled, by: "STYLIST", refund: 18_000_000n, lostStylist: name, reason: name },
      { ...cancelled, by: "STYLIST", refund: 0n, paid: false, reason: name, alternatives },
    ],
    booking_expired: [{ ...context, visit, bookAgainUrl: LINK }],
    booking_rescheduled: [
      { ...context, ...pages, visit, policy, oldStart: new Date("2026-12-01T13:30:00Z") },
      { ...context, ...pages, visit, policy, oldStart: new Date("2026-12-01T13:30:00Z"), toPay },
    ],
    reassignment_offer: [
      { ...asked, substitute, ifUnanswered: "REFUND" },
      { ...asked, substitute: { ...substitute, price: 16_000_000n }, ifUnanswered: "SUBSTITUTE" },
      { ...asked, substitute, ifUnanswered: "REFUND", again: true },
      { ...asked, alternatives, ifUnanswered: "REFUND" },
      { ...asked, alternatives, ifUnanswered: "SUBSTITUTE", again: true },
      { ...asked, ifUnanswered: "REFUND" },
    ],
    booking_reassigned: [
      { ...context, ...pages, visit, policy, lostStylist: "Andrea Díaz", reason: "Me enfermé", paid: 18_000_000n, refund: 0n },
      { ...context, ...pages, visit, policy, lostStylist: "Andrea Díaz", paid: 18_000_000n, refund: 2_000_000n },
    ],
    stylist_returned: [{ ...context, ...pages, visit, policy }],
    invoice_ready: [
      { ...context, visit, document: "INVOICE", number: "SETP990000123", total: 18_000_000n, bookingUrl },
      { ...context, visit, document: "CREDIT_NOTE", number: "NC17", total: 9_000_000n, bookingUrl },
    ],
    payment_failed: [
      { ...context, visit, toPay, bookAgainUrl: LINK },
      { ...context, visit, bookAgainUrl: LINK },
    ],
    refund_sent: [
      { ...context, visit, amount: 9_000_000n, because: "CANCELLED", creditNoteNumber: "NC17", bookingUrl },
      { ...context, visit, amount: 18_000_000n, because: "PAYMENT_NOT_USED", bookingUrl },
      { ...context, visit, amount: 1_000_000n, because: "SALON_DECIDED", creditNoteNumber: "NC18", bookingUrl },
      { ...context, visit, amount: 1_000_000n, because: "OWED", bookingUrl },
    ],
    refund_failed: [
      { ...context, visit, amount: 9_000_000n, cameBack: true, bookingUrl },
      { ...context, visit, amount: 9_000_000n, cameBack: false, bookingUrl },
    ],
    stylist_new_booking: [stylist],
    stylist_booking_cancelled: [
      { ...stylist, by: "CLIENT" },
      { ...stylist, by: "STYLIST" },
      { ...stylist, by: "SALON" },
      { ...stylist, by: "MOVED" },
      { ...stylist, by: "ERASURE" },
    ],
    stylist_booking_rescheduled: [{ ...stylist, oldStart: new Date("2026-12-01T13:30:00Z") }],
  };
};

function render<Kind extends MailKind>(kind: Kind, input: MailInput<Kind>): Mail {
  return (templates[kind] as (input: MailInput<Kind>) => Mail)(input);
}

function mailsOf(kind: MailKind, locale: Locale, name?: string): Mail[] {
  return inputs(locale, name)[kind].map((input) => render(kind, input));
}

const kinds = Object.keys(templates) as MailKind[];
const everyMail = kinds.flatMap((kind) => (["es", "en"] as const).map((locale) => ({ kind, locale })));

describe.each(everyMail)("$kind in $locale", ({ kind, locale }) => {
  test("has nothing missing, and a subject of at most 78 characters", () => {
    for (const mail of mailsOf(kind, locale)) {
      for (const part of Object.values(mail)) expect(part).not.toMatch(/undefined|\bnull\b|NaN|\[object|Invalid/);
      expect(mail.subject.length).toBeGreaterThan(5);
      expect([...mail.subject].length).toBeLessThanOrEqual(78);
      expect(mail.html).toContain(`<html lang="${locale}">`);
      expect(mail.text).toContain("Camila");
    }
  });

  test("says the same in text and HTML, in the same order", () => {
    for (const { text, html } of mailsOf(kind, locale)) {
      // URLs are shown beside buttons in HTML and after links in text; they are compared below.
      const words = (part: string) => part.replaceAll(/https:\S+/g, "").match(/[\p{L}\p{N}][^\s:]*/gu) ?? [];
      const body = words(readable(html));
      const expected = words(text.replace("\n--\n", "\n"));
      expect(body).toEqual(expected);
      expect(hrefs(html)).toEqual(text.match(/https:\S+/g) ?? []);
    }
  });

  test("lets no name break out of the text", () => {
    const hostile = `<script>alert(1)</script>"'&\r\nBcc: x@example.com`;
    for (const { subject, text, html } of mailsOf(kind, locale, hostile)) {
      expect(html).not.toContain("<script");
      expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;");
      expect(text).not.toMatch(/^Bcc/m);
      expect(subject).not.toMatch(/[\r\n]/);
    }
  });
});

describe("facts of a visit", () => {
  test.each([
    ["es", "miércoles 2 de diciembre de 2026", "8:30 a. m. a 11:00 a. m. (hora de Bogotá)", "$ 180.000", "$ 90.000"],
    ["en", "Wednesday, December 2, 2026", "8:30 AM to 11:00 AM (Bogotá time)", "COP 180,000", "COP 90,000"],
  ] as const)("in %s", (locale, date, hours, price, half) => {
    for (const { text } of mailsOf("booking_confirmed", locale)) {
      for (const fact of ["Alisado largo", "Camila", date, hours, price, "Calle 85 # 12-40, Bogotá", "7F3A-19C2", half]) {
        expect(text).toContain(fact);
      }
    }
  });

  test("the invoice is announced as attached only with its number", () => {
    const [attached, later] = mailsOf("booking_confirmed", "es");
    expect(attached?.text).toContain("Adjuntamos tu factura SETP990000123");
    expect(later?.text).not.toContain("Adjuntamos");
  });

  test("a visit of several services by one stylist names her once", () => {
    const [input] = inputs("es").booking_confirmed;
    const lines = ["Keratina", "Corte"].map((serviceName) => ({ serviceName, stylistName: "Laura" }));
    const { text } = templates.booking_confirmed({ ...input!, visit: { ...input!.visit, lines } });
    expect(text).toContain("Servicio: Keratina + Corte\nCon: Laura\n");
  });

  const start = new Date("2026-12-02T13:30:00Z");
  test.each([
    [{}, "Puedes cancelar gratis hasta el martes 1 de diciembre de 2026, 8:30 a. m. (hora de Bogotá). Después te devolvemos $ 90.000."],
    [{ lateRefund: 8_999_999n }, "Después te devolvemos $ 89.999,99."],
    [{ lateRefund: 0n }, "(hora de Bogotá). Después no hay devolución."],
    [{ freeUntil: start, lateRefund: undefined }, "Puedes cancelar gratis hasta que empiece la cita"],
    [{ freeUntil: undefined, movable: false }, "Faltan menos de 24 horas para tu cita: si la cancelas, te devolvemos $ 90.000."],
    [{ freeUntil: undefined, movable: false, lateRefund: 0n }, "Faltan menos de 24 horas para tu cita: si la cancelas, no hay devolución."],
  ])("every amount shown comes from where the money is: a mail tells the rule that booking tells, with %j", (policy, words) => {
    expect(told(policy)).toContain(words);
  });

  test("a mail offers what booking allows, and speaks of nothing that is over", () => {
    expect(told({ freeUntil: undefined, movable: false })).not.toContain("Cambiar la hora");
    expect(told({ freeUntil: undefined, movable: false })).toContain("Cancelar la cita:\nhttps:");
    const over = told({ freeUntil: undefined, lateRefund: undefined, movable: false, cancellable: false });
    expect(over).not.toMatch(/Cambiar|[Cc]ancel|Faltan/);
  });

  function told(policy: Partial<CancelPolicy>): string {
    const [input] = inputs("es").booking_confirmed;
    return templates.booking_confirmed({ ...input!, policy: { ...input!.policy, ...policy } }).text;
  }
});

describe("a mail leads on", () => {
  const leads = (kind: MailKind) =>
    mailsOf(kind, "es").map(({ text }) => [...text.matchAll(/^https:\S+$/gm)].map(([url]) => url.split("&")[2] ?? ""));

  test.each<[MailKind, string[][]]>([
    ["booking_confirmed", Array<string[]>(2).fill(["see", "change", "cancel"])],
    ["booking_rescheduled", [["see", "change", "cancel"], ["pay", "change", "cancel"]]], // prettier-ignore
    ["booking_cancelled", [...Array<string[]>(13).fill(["", "see"]), ["near0", "near1", "near2", "", "see"]]],
    ["reassignment_offer", [...Array<string[]>(3).fill(["accept", "other", "refund"]), ...Array<string[]>(3).fill(["other", "refund"])]],
    ["booking_reassigned", Array<string[]>(2).fill(["see", "change", "cancel"])],
    ["stylist_returned", [["see", "change", "cancel"]]],
    ["booking_expired", [[""]]],
    ["payment_failed", [["pay"], [""]]],
    ["invoice_ready", [["see"], ["see"]]],
    ["refund_sent", [["see"], ["see"], ["see"], ["see"]]],
    ["refund_failed", [["see"], ["see"]]],
    ["session_ended", [["", "forgot"]]],
    ["password_changed", [["forgot"], ["forgot"]]],
    ["email_change_asked", [["forgot"]]],
  ])("%s", (kind, pages) => {
    expect(leads(kind)).toEqual(pages);
  });
});

test.each([
  ["es", "María José Restrepo", "Hola, María:"],
  ["en", "María José Restrepo", "Hi María,"],
  ["es", "", "Hola:"],
] as const)("in %s %j is greeted by the first name: %s", (locale, name, greeting) => {
  for (const kind of kinds) for (const { text } of mailsOf(kind, locale, name)) expect(text).toContain(`\n\n${greeting}\n\n`);
});

test("a stylist is told who cancelled, by name where it may be said, and of a visit that another one takes that it was not cancelled", () => {
  const [byClient, , , moved] = mailsOf("stylist_booking_cancelled", "es", "Ana Gómez");
  expect(byClient!.text).toContain("Ana Gómez canceló esta cita.");
  expect(moved!.text + moved!.subject).not.toMatch(/cancel/i);
  const [input] = inputs("es").stylist_booking_cancelled;
  const unnamed = templates.stylist_booking_cancelled({ ...input!, clientName: undefined }).text;
  expect(unnamed).toContain("Quien reservó canceló esta cita.");
  expect(unnamed).not.toContain("Cliente:");
});

describe("a client whose stylist can't come", () => {
  const offers = mailsOf("reassignment_offer", "es").map((mail) => mail.text);
  test.each([
    [0, "Te guardamos a Valentina Ríos, a la misma hora y por el mismo precio."],
    [
      0,
      "hasta el martes 1 de diciembre de 2026, 6:00 p. m. (hora de Bogotá). Si no nos respondes, cancelamos la cita y te devolvemos todo",
    ],
    [1, "Cobra menos: si aceptas, te devolvemos $ 20.000."],
    [1, "Si no nos respondes, te atiende Valentina Ríos"],
    [2, "La persona que te habíamos propuesto tampoco podrá."],
    [3, "Opción 1: miércoles 2 de diciembre, 11:00 a. m., con Valentina Ríos"],
    [3, "Si no nos respondes, cancelamos la cita y te devolvemos todo"],
    [4, "Si no nos respondes y alguien queda libre a tu hora, te atiende esa persona"],
    [5, "A esa hora no hay nadie más libre, pero puedes elegir otra hora."],
  ])("is told in case %s what we propose, and what happens without an answer", (index, words) => {
    expect(offers[index]).toContain("Lo sentimos: el miércoles 2 de diciembre, 8:30 a. m., Camila no podrá atenderte.");
    expect(offers[index]).toContain("Motivo: Camila");
    expect(offers[index]).toContain(words);
  });

  test("sees the place of the substitute's photo, where there is a substitute", () => {
    const html = mailsOf("reassignment_offer", "es").map((mail) => mail.html);
    expect(html.map((one) => one.includes(">VR</div>"))).toEqual(html.map((_, index) => index < 3));
  });

  test("reads in each offer with whom the visit would be, and in none of the others that somebody is held", () => {
    for (const [index, text] of offers.entries()) expect(text.includes("Con: Valentina Ríos")).toBe(index < 3);
    for (const text of offers.slice(3)) expect(text).not.toMatch(/guardamos|Con:/);
  });

  test("is told why another one comes, and what comes back", () => {
    const [same, cheaper] = mailsOf("booking_reassigned", "es").map((mail) => mail.text);
    for (const text of [same, cheaper]) expect(text).toContain("Andrea Díaz no podrá atenderte. Te atenderá Camila");
    expect(same).not.toContain("cobra menos");
    expect(cheaper).toContain("Camila cobra menos: de los $ 180.000 que pagaste te devolvemos $ 20.000.");
  });

  test("who asked for the money is told so, and who did not, that we are sorry", () => {
    const told = mailsOf("booking_cancelled", "es").map((mail) => mail.text);
    expect(told[11]).toContain("Camila no podrá atenderte, y cancelamos tu cita como pediste.");
    expect(told[12]).toContain("Lo sentimos: Camila no podrá atenderte y tuvimos que cancelar tu cita.");
    for (const text of told.slice(11, 13)) expect(text).toContain("Te devolvemos todo lo que pagaste: $ 180.000.");
  });
});

describe("money of a cancelled booking", () => {
  const told = mailsOf("booking_cancelled", "es").map((mail) => mail.text);
  test.each([
    [0, "Te devolvemos todo lo que pagaste: $ 180.000."],
    [1, "Te devolvemos $ 90.000,50 de los $ 180.000 que pagaste, porque faltaban menos de 24 horas para tu cita."],
    [2, "Esta vez no hay devolución de los $ 180.000 que pagaste, porque faltaban menos de 24 horas para tu cita."],
    [3, "Te devolvemos todo lo que pagaste: $ 180.000."],
    [4, "No habías pagado, así que no hay nada que devolver."],
  ])("case %s", (index, words) => {
    expect(told[index]).toContain(words);
  });
});

test.each([
  ["jimena.ruiz@example.com", "j…@example.com"],
  ["j@example.com", "j…@example.com"],
  ['"a@b"@example.com', '"…@example.com'],
])("the old address is told of the new one, %s, as %s: it may be a stranger's, typed by mistake", (newEmail, shown) => {
  const [input] = inputs("es").email_change_asked;
  const { subject, text, html } = templates.email_change_asked({ ...input!, newEmail });
  expect(text).toContain(`pidió cambiar tu correo por ${shown}.`);
  expect(subject + text + html).not.toContain(newEmail);
});

test("a new address is told nothing of the account that it is for", () => {
  const [input] = inputs("es").new_email;
  expect(templates.new_email({ ...input!, recipientName: "" }).text).not.toContain("Camila");
});

describe("layout", () => {
  test("a long subject is cut, not refused", () => {
    const [input] = inputs("es").welcome;
    const { subject } = templates.welcome({ ...input!, salon: { ...input!.salon, name: "Salón ".repeat(40) } });
    expect([...subject]).toHaveLength(78);
    expect(subject.endsWith("…")).toBe(true);
  });

  test("a link that is no web address is refused", () => {
    const [input] = inputs("es").welcome;
    expect(() => templates.welcome({ ...input!, link: "javascript:alert(1)" })).toThrow(TypeError);
  });

  test("someone without a name is greeted all the same", () => {
    const [input] = inputs("es").welcome;
    expect(templates.welcome({ ...input!, recipientName: " " }).text).toContain("\n\nHola:\n\n");
  });
});

test("another salon's zone is named by its city", () => {
  expect(dayAndHour(new Date("2026-12-02T13:30:00Z"), "America/Mexico_City", "es")).toBe(
    "miércoles 2 de diciembre de 2026, 7:30 a. m. (hora de Mexico City)",
  );
});

test.each([
  ["en", "en"],
  ["en-GB", "en"],
  ["es-CO", "es"],
  ["", "es"],
  ["ensalada", "es"],
])("a profile in %j gets mails in %s", (profile, locale) => {
  expect(mailLocale(profile)).toBe(locale);
});

test("language travels: an English mail calls the service by its English name", () => {
  const lines = [{ serviceName: "Alisado largo", serviceNameEn: "Long hair straightening", stylistName: "Sofía" }];
  expect([serviceNames({ lines }, "en"), serviceNames({ lines }, "es")]).toEqual(["Long hair straightening", "Alisado largo"]);
  expect(serviceNames({ lines: [{ serviceName: "Corte", serviceNameEn: "", stylistName: "Sofía" }] }, "en")).toBe("Corte");
});

// The visible text: no head, no preheader, no tags.
function readable(html: string): string {
  return unescape(
    html
      .replace(/^[\s\S]*<body[^>]*>\s*<div style="display:none[^]*?<\/div>/, "")
      .replaceAll(/<(\w+)[^>]* aria-hidden="true"[^>]*>[^]*?<\/\1>/g, " ") // the place of a photo
      .replaceAll(/<[^>]+>/g, " ")
      .replaceAll("&nbsp;", " "),
  );
}

function hrefs(html: string): string[] {
  return [...html.matchAll(/href="([^"]*)"/g)].map((match) => unescape(match[1] ?? ""));
}

function unescape(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}
