import { serviceNames } from "@lacio/testkit/environment";
import { startSystem, type System } from "@lacio/testkit/system";
import { sql, until } from "@lacio/testkit/testing";
import { cpuPerCall } from "./cpu.ts";
import { waitingPayments } from "./pipeline/payments.ts";
import { startSmtpSink } from "./pipeline/smtp-sink.ts";
import type { Result } from "./report.ts";

const count = 90;

// Each service's stage of a paid booking, from its own database: the number done since $1, and the first and last time.
const stages = {
  payments: "select count(processed_at), min(received_at) as first, max(processed_at) as last from provider_event where received_at > $1",
  booking:
    "select count(*), min(handled_at) as first, max(handled_at) as last from inbox where subject = 'payments.succeeded' and handled_at > $1",
  invoice: `select count(*), (select min(handled_at) from inbox where subject = 'booking.paid' and handled_at > $1) as first, max(created_at) as last
    from outbox where subject = 'invoice.issued' and created_at > $1`,
  notification: `select count(*) filter (where kind = 'booking_confirmed' and sent_at is not null), min(created_at) as first, max(sent_at) as last
    from notification where created_at > $1 and kind in ('booking_confirmed', 'stylist_new_booking')`,
};
type Stage = keyof typeof stages;
type Span = { count: string; first: Date; last: Date };

/** From the signed webhook to the mail with the invoice: all services in parallel, compared with the slowest one running alone. */
export async function pipeline(): Promise<Result> {
  const smtp = await startSmtpSink();
  const system = await startSystem({
    edge: false,
    lean: false,
    serviceEnv: { notification: { SMTP_URL: smtp.url }, staff: { HOLD_MINUTES: "60" }, booking: { MAX_OPEN_HOLDS: "100" } },
  });
  try {
    const alone = await oneAfterAnother(system);
    const waiting = await waitingPayments(system, count);
    const since = new Date();
    const pids = Object.fromEntries([...serviceNames, "postgres", "nats"].map((name) => [name, system.process(name).pid]));
    const cpu = await cpuPerCall(pids, async () => {
      await waiting.confirm();
      await done(system, "notification", since);
      return count;
    });
    const { first } = await spanOf(system, "payments", since);
    const { last } = await spanOf(system, "notification", since);
    const together = rate(first, last);
    await assertOnce(system, 2 * count);

    const slowest = Math.min(...Object.values(alone));
    return {
      bench: "pipeline",
      figures: [
        ...Object.entries(alone).map(([stage, value]) => ({ what: `${stage} alone`, value, unit: "/s" })),
        { what: "webhook to mail, all at once", value: together, unit: "/s" },
        { what: "rate, all at once / slowest alone", value: together / slowest, unit: "x" },
        ...Object.entries(cpu).map(([name, value]) => ({ what: `CPU of ${name}`, value, unit: "ms/paid" })),
      ],
    };
  } finally {
    await system.stop();
    smtp.stop();
  }
}

/** Runs the stages one by one: the later services are stopped until the earlier one has finished everything. */
async function oneAfterAnother(system: System): Promise<Record<string, number>> {
  const waiting = await waitingPayments(system, count);
  const later: Stage[] = ["booking", "invoice", "notification"];
  for (const stage of later) {
    await system.process(stage).kill("SIGTERM");
    await until(() => !system.process(stage).running);
  }
  const since = new Date();
  await waiting.confirm();
  const rates: Record<string, number> = {};
  for (const stage of Object.keys(stages) as Stage[]) {
    if (later.includes(stage)) await system.process(stage).restart();
    const { first, last } = await done(system, stage, since);
    rates[stage] = rate(first, last);
  }
  return rates;
}

const done = (system: System, stage: Stage, since: Date): Promise<Span> =>
  until(
    async () => {
      const span = await spanOf(system, stage, since);
      return Number(span.count) === count && span;
    },
    { timeoutMs: 60_000 },
  );

const spanOf = async (system: System, stage: Stage, since: Date): Promise<Span> =>
  (await sql<Span>(system, stage, stages[stage], [since]))[0]!;

const rate = (first: Date, last: Date) => count / ((last.getTime() - first.getTime()) / 1_000);

async function assertOnce(system: System, paid: number): Promise<void> {
  const [invoices] = await sql<{ count: string; numbers: string }>(
    system,
    "invoice",
    "select count(*), max(number) - min(number) + 1 as numbers from invoice",
  );
  const [mails] = await sql<{ count: string }>(
    system,
    "notification",
    "select count(*) from notification where kind = 'booking_confirmed'",
  );
  const told = `${invoices!.count} invoices, ${invoices!.numbers} numbers, ${mails!.count} mails`;
  if (told !== `${paid} invoices, ${paid} numbers, ${paid} mails`) throw new Error(`${paid} bookings were paid, but there are ${told}`);
}
