import { setTimeout as delay } from "node:timers/promises";
import { createLog } from "@lacio/chassis/log";
import { permissions } from "@lacio/permissions/table";
import { keepStreams } from "@lacio/provisioner/keep-streams";
import type { Roster } from "./roster.ts";

/**
 * This process plays the provisioner, as it plays the kubelet, until the roster stops. @throws with what is missing when the streams are
 * not as they should be within `withinMs`: an old nats-server on PATH, a full disk
 */
export async function provision(roster: Roster, url: string, ackWaitMs?: string, withinMs = 30_000): Promise<void> {
  const ackWait = ackWaitMs === undefined ? {} : { ackWaitMs: Number(ackWaitMs) };
  const keeper = keepStreams({ url, permissions, log: createLog("provisioner", "silent"), ...ackWait });
  roster.onStop(() => keeper.stop());
  const ready = keeper.ready.then(() => true);
  if (await Promise.race([ready, delay(withinMs, false, { ref: false })])) return;
  throw new Error(`After ${withinMs / 1_000} s NATS has not what Lacio needs: ${keeper.problems().join("; ")}`);
}
