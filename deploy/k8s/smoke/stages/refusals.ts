import { at, withClient } from "@lacio/testkit/infra/postgres-client";
import type { Cluster, Thing } from "../cluster.ts";
import { startLoad } from "../load.ts";
import { running } from "../ready.ts";
import { upgrade } from "../release.ts";
import type { Smoke } from "../smoke.ts";
import { withSystem } from "../system.ts";

const limitSeconds = 60;

/** Upgrades that must not happen: they say why, and change nothing. */
export async function refusals(smoke: Smoke): Promise<void> {
  const { cluster, check } = smoke;
  await check(
    `a migration that fails: the upgrade fails within ${limitSeconds} s, the Job's log names the cause, the old pods serve on`,
    () =>
      withBrokenMigration(cluster, async () => {
        await refused(smoke, /migrate/);
        const log = await cluster.kubectl(["logs", "job/migrate", "--container", "booking"]);
        says(log, /migration \d{14}-\w+ failed: relation "booking" already exists/);
      }),
  );
  await check(`a Secret that is missing: the upgrade fails within ${limitSeconds} s and names it, the old pods serve on`, () =>
    without(cluster, "lacio-users", () => refused(smoke, /there is no Secret lacio-users \(with DATABASE_URL, NATS_URL\)/)),
  );
  await check("with both mended the upgrade succeeds", () => upgrade(smoke));
}

/** Upgrades while calls come. @throws when it succeeds, is late, says something else, or a call fails */
async function refused(smoke: Smoke, why: RegExp): Promise<void> {
  const before = await podsOf(smoke.cluster);
  const load = await startLoad(smoke, { requests: 300, requestsPerSecond: 8 });
  const since = Date.now();
  const said = await upgrade(smoke).then(
    () => "It succeeded.",
    (error: Error) => error.message,
  );
  const seconds = (Date.now() - since) / 1_000;
  const { requests, failed } = await load.ended;
  says(said, why);
  if (seconds > limitSeconds) throw new Error(`It took ${seconds.toFixed(1)} s.`);
  if (failed.length > 0) throw new Error(`Of ${requests} calls ${failed.length} failed: ${JSON.stringify(failed.slice(0, 5))}`);
  if ((await podsOf(smoke.cluster)) !== before) throw new Error("Pods changed.");
  smoke.note(
    `${said
      .split("\n")
      .find((line) => why.test(line))
      ?.trim()}\nafter ${seconds.toFixed(1)} s; ${requests} calls meanwhile, none failed`,
  );
}

const podsOf = async (cluster: Cluster) =>
  (await running(cluster))
    .map(({ metadata }) => metadata.uid)
    .sort()
    .join();

function says(text: string, expected: RegExp): void {
  if (!expected.test(text)) throw new Error(`It says, without ${expected}:\n${text.trim().split("\n").slice(-20).join("\n")}`);
}

const database = "smoke_refused";

/** Booking's migrations meet a database that has a table of the same name, which somebody made by hand. */
async function withBrokenMigration(cluster: Cluster, meanwhile: () => Promise<void>): Promise<void> {
  const secret = "lacio-booking-migration";
  const url = await cluster.secret(secret, "MIGRATION_DATABASE_URL");
  const set = (value: string) =>
    cluster.kubectl(["patch", "secret", secret, "-p", JSON.stringify({ stringData: { MIGRATION_DATABASE_URL: value } })]);
  await withSystem(cluster, async ({ urls }) => {
    const superuser = urls.postgres!;
    await withClient(superuser, async (client) => {
      await client.query(`drop database if exists ${database} with (force)`);
      await client.query(`create database ${database} owner booking_owner`);
    });
    await withClient(at(superuser, { database }), (client) => client.query("create table booking (id int)"));
  });
  try {
    await set(at(url, { database }));
    await meanwhile();
  } finally {
    await set(url);
    await withSystem(cluster, ({ urls }) => withClient(urls.postgres!, (client) => client.query(`drop database ${database} with (force)`)));
  }
}

async function without(cluster: Cluster, secret: string, meanwhile: () => Promise<void>): Promise<void> {
  const { metadata, ...rest } = await cluster.json<Thing & { data: Record<string, string>; type: string; apiVersion: string }>(
    "get",
    "secret",
    secret,
  );
  await cluster.kubectl(["delete", "secret", secret]);
  try {
    await meanwhile();
  } finally {
    await cluster.apply(JSON.stringify({ ...rest, metadata: { name: secret, labels: metadata.labels } }));
  }
}
