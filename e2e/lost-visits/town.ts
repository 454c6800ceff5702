import { rmSync } from "node:fs";
import type { DescService } from "@bufbuild/protobuf";
import { createClient, createRouterTransport, type Client, type Transport } from "@connectrpc/connect";
import { replayAnswers } from "@lacio/chassis/idempotency";
import { openKeys } from "@lacio/chassis/keys";
import { interceptors, type Routes } from "@lacio/chassis/serve";
import { startInfra } from "@lacio/testkit/infra/index";
import { createDatabase } from "@lacio/testkit/infra/databases";
import { startIdentity } from "@lacio/testkit/identity";
import { startIssuer } from "./issuer.ts";
import { openPlace, partsOf, type Place, type Waiting } from "./place.ts";

// Services in the test's process, on real databases and one clock that the test moves. The test carries the events from their outboxes to
// the handlers: late, repeated, in any order but that of one key.

export type Town = Awaited<ReturnType<typeof startTown>>;

/** `standIns`: the services that are not of the town. */
export async function startTown(dir: string, names: string[], standIns: Routes) {
  rmSync(dir, { recursive: true, force: true });
  const infra = await startInfra({ dir, fsync: false }, ["postgres"]);
  const identity = await startIdentity(dir, names);
  const people = await startIssuer();
  let time = Date.now();
  const now = () => new Date(time);
  const places = new Map<string, Place>();
  const outside = createRouterTransport(standIns);
  const transports = new Map<string, Transport>();

  const transportTo = ({ typeName }: DescService): Transport => transports.get(typeName.split(".")[1]!) ?? outside;
  const clientOf = <S extends DescService>(service: S, token: () => string): Client<S> =>
    createClient(service, {
      unary(method, signal, timeoutMs, header, input, values) {
        const head = new Headers(header);
        if (token()) head.set("authorization", `Bearer ${token()}`);
        return transportTo(service).unary(method, signal, timeoutMs, head, input, values);
      },
      stream: () => Promise.reject(new Error("there are no streams here")),
    });

  for (const name of names) {
    const part = await partsOf(name);
    const urls = await createDatabase(infra.postgres.url, name);
    const place = await openPlace(name, part, urls, { now, jwksFile: identity.jwksFile, jwksUrl: people.url }, (service) =>
      clientOf(service, () => identity.serviceToken(name)),
    );
    const { config, log } = place;
    places.set(name, place);
    transports.set(
      part.service.typeName.split(".")[1]!,
      createRouterTransport((router) => part.routes(place.app as never)(replayAnswers(router, place.db.pool)), {
        router: { interceptors: interceptors({ config, log, keys: openKeys(config, log), ended: { has: async () => false } }) },
      }),
    );
  }

  const waiting: Waiting[] = [];
  const stalled = new Set<string>();
  return {
    now,
    wait: (minutes: number) => void (time += minutes * 60_000),
    as: <S extends DescService>(service: S, token = ""): Client<S> => clientOf(service, () => token),
    token: people.token,
    sql: <Row extends object>(name: string, text: string, params: unknown[] = []) => places.get(name)!.db.sql<Row>(text, params),
    /** Runs what is due in each service. */
    async work() {
      for (const [name, place] of places) if (!stalled.has(name)) await place.work();
    },
    /** From now on a service's jobs wait, as if its processes with the role `timers` were down. */
    stall: (name: string) => void stalled.add(name),
    resume: () => stalled.clear(),
    /** When the next job is due, but for those that repeat. */
    async nextDue(): Promise<Date | undefined> {
      const dues = await Promise.all([...places.values()].map(({ nextDue }) => nextDue("key <> ''")));
      return dues.filter((due) => due !== undefined).sort((one, other) => one.getTime() - other.getTime())[0];
    },
    /** Takes what was emitted since. */
    async collect() {
      for (const place of places.values()) for (const row of await place.emitted()) this.tell(row);
    },
    /** Adds an event; the test's own is one of a service that is not of the town. */
    tell(row: Omit<Waiting, "to">) {
      for (const [to, { handlers }] of places) if (handlers.has(row.subject)) waiting.push({ ...row, to });
    },
    /** Delivers one waiting event: the first of its key and consumer from `index` on, of those not for `except`. Answers whether there was one. */
    async deliver(index: number, { twice = false, except = "" } = {}): Promise<boolean> {
      const able = waiting.filter(({ to }) => to !== except);
      const chosen = able[index % Math.max(1, able.length)];
      if (!chosen) return false;
      const first = waiting.findIndex(({ to, key }) => to === chosen.to && key === chosen.key);
      const [event] = waiting.splice(first, 1);
      await places.get(event!.to)!.handle(event!);
      if (twice) waiting.splice(Math.min(waiting.length, index % 7), 0, event!);
      return true;
    },
    /** Delivers this event before all others. */
    async deliverNow(id: string) {
      const at = waiting.findIndex((event) => event.id === id);
      const [event] = waiting.splice(at, at < 0 ? 0 : 1);
      if (event) await places.get(event.to)!.handle(event);
    },
    async stop() {
      for (const { db } of places.values()) await db.close();
      identity.stop();
      people.stop();
      await infra.stop();
    },
  };
}
