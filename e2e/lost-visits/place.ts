import { existsSync } from "node:fs";
import path from "node:path";
import { fromBinary, type DescMessage, type DescService } from "@bufbuild/protobuf";
import { chassisConfig, readConfig } from "@lacio/chassis/config";
import type { Once, Subscription } from "@lacio/chassis/consume";
import { openDatabase } from "@lacio/chassis/db";
import { subjectOf } from "@lacio/chassis/fact";
import { ensureRepeating } from "@lacio/chassis/job-rows";
import { createWorker } from "@lacio/chassis/job-worker";
import { createLog } from "@lacio/chassis/log";
import type { Permissions } from "@lacio/chassis/permissions";
import type { Parts } from "@lacio/chassis/start";
import { permissions, type ServiceName } from "@lacio/permissions/table";
import { services } from "@lacio/proto/registry";
import type { DatabaseUrls } from "@lacio/testkit/infra/databases";

type AnyParts = Pick<
  Parts<object, never>,
  "service" | "permissions" | "config" | "database" | "createApp" | "prepare" | "routes" | "subscriptions" | "jobs"
>;

/** An event on its way to one service. */
export type Waiting = { id: string; subject: string; key: string; payload: Buffer; to: string };

/** One service of a town. */
export type Place = Awaited<ReturnType<typeof openPlace>>;

/** What the service's main.ts starts. */
export async function partsOf(name: string): Promise<AnyParts> {
  const module = (file: string) => import(`../../services/${name}/${file}.ts`) as Promise<object>;
  const [app, db, rpc, events] = await Promise.all(["app", "db/index", "rpc/index", "events/index"].map(module));
  const timers = existsSync(path.join(import.meta.dirname, `../../services/${name}/timers`)) ? await module("timers/index") : {};
  const service = services.find(({ typeName }) => typeName.split(".")[1] === name)!;
  const { readConfig: config, ...opens } = app as { readConfig: AnyParts["config"] };
  const allowed: Permissions = permissions[name as ServiceName];
  return { service, permissions: allowed, config, ...opens, ...db, ...rpc, ...events, ...timers } as AnyParts;
}

/** Its app on a database of its own, and what the town asks of it instead of doors, relay and worker. */
export async function openPlace(
  name: string,
  part: AnyParts,
  urls: DatabaseUrls,
  around: { now: () => Date; jwksFile: string; jwksUrl: string },
  client: (service: DescService) => unknown,
) {
  const config = readConfig((env) => ({ ...chassisConfig(env, name), ...part.config(env) }), {
    DATABASE_URL: urls.url,
    MIGRATION_DATABASE_URL: urls.ownerUrl,
    NATS_URL: "nats://127.0.0.1:1",
    DB_POOL_MAX: "6",
    JWKS_URL: around.jwksUrl,
    SERVICE_TOKEN_JWKS: around.jwksFile,
    ANSWER_PATIENCE_MS: "0", // nothing happens in a town while somebody waits
  });
  const log = createLog(name, "silent");
  const { now } = around;
  const db = await openDatabase(config, part.database, log, now);
  await db.migrate(part.permissions.tables);
  const app: unknown = part.createApp({ config, log, db, transact: db.transact, client, now } as never);
  await part.prepare?.(app as never);
  const subscriptions = part.subscriptions?.(app as never) ?? [];
  const handlers = new Map(subscriptions.map((subscription) => [subjectOf(subscription.schema), subscription]));
  const jobs = part.jobs?.(app as never) ?? [];
  const worker = createWorker({ config, db, log, now }, jobs);
  for (const { name, everySeconds } of jobs) if (everySeconds) await db.sql(ensureRepeating, [name, now(), now()]);

  // No question to the database while there is nothing to find: nearly all of a history's would be such.
  let [emitting, due] = [true, new Date(0) as Date | undefined];
  db.onFact(() => (emitting = true));
  db.onJob((at) => (due = due && due < at ? due : at));

  async function emitted(): Promise<Omit<Waiting, "to">[]> {
    if (!emitting) return [];
    emitting = false;
    return db.sql(
      `with taken as (update outbox set published_at = now() where published_at is null returning id, seq, subject, key, payload)
       select id, subject, key, payload from taken order by seq`,
    );
  }

  async function work(): Promise<void> {
    if (!due || due > now()) return;
    await worker.drain();
    due = await nextDue("true");
  }

  async function nextDue(which: string): Promise<Date | undefined> {
    const [row] = await db.sql<{ at: Date | null }>(`select min(at) as at from job where dead_at is null and (${which})`);
    return row!.at ?? undefined;
  }

  // As consume.ts: the effect and the inbox row in one transaction.
  async function handle({ id, subject, payload }: Waiting): Promise<void> {
    const { schema, handle } = handlers.get(subject) as Subscription & { schema: DescMessage };
    const once: Once = (work) =>
      db.transact(async (tx) => {
        const text = "insert into inbox (event_id, subject) values ($1, $2) on conflict do nothing returning 1";
        return (await tx.sql(text, [id, subject])).length > 0 ? work(tx) : undefined;
      });
    await handle(fromBinary(schema, payload) as never, once);
  }
  return { app, config, db, log, handlers, handle, emitted, work, nextDue };
}
