import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openBroker } from "@lacio/chassis/bus";
import { createLog } from "@lacio/chassis/log";
import { jetstreamManager } from "@nats-io/jetstream";
import { startInfra } from "../infra/index.ts";
import type { Infra } from "../infra/servers.ts";
import { provision } from "./provision.ts";
import { openRoster } from "./roster.ts";

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "lacio-provision-"));
const roster = openRoster();
let infra: Infra<"nats">;

beforeAll(async () => {
  infra = await startInfra({ dir, fsync: false }, ["nats"]);
});
afterAll(async () => {
  await roster.stop();
  await infra?.stop();
  fs.rmSync(dir, { recursive: true, force: true });
});

test("a broker that is not there ends the start, which says so, and what has started can be stopped", async () => {
  await infra.nats.kill("SIGKILL");
  const starting = provision(roster, infra.nats.urlOf("provisioner"), undefined, 500);
  await expect(starting).rejects.toThrow(/After 0.5 s NATS has not what Lacio needs: nats at 127.0.0.1:\d+: .*ECONNREFUSED/);
  await roster.stop();
  await infra.nats.restart(); // the connection that was still being tried comes about, and closes
});

test("so do streams that cannot be made", async () => {
  const { nc } = await openBroker(infra.nats.url, "test", createLog("test", "silent"));
  await (await jetstreamManager(nc)).streams.add({ name: "OTHER", subjects: ["booking.>"] });
  const starting = provision(roster, infra.nats.urlOf("provisioner"), undefined, 3_000);
  await expect(starting).rejects.toThrow(/After 3 s .*BOOKING: subjects overlap/);
  await nc.close();
  await roster.stop();
});
