import { expectMigrated, undoMigrations } from "../migrations.ts";
import { upgrade as helmUpgrade } from "../release.ts";
import type { Smoke } from "../smoke.ts";
import { withSystem } from "../system.ts";
import { underLoad } from "../under-load.ts";

/** A new revision that changes every pod, with migrations before it. */
export const upgrade = (smoke: Smoke): Promise<void> =>
  underLoad(smoke, "helm upgrade with migrations", async (run) => {
    await withSystem(smoke.cluster, undoMigrations);
    await helmUpgrade(smoke, { defaults: { podAnnotations: { "lacio.test/revision": `${Date.now()}-${run}` } } });
    await smoke.cluster.settled();
    await withSystem(smoke.cluster, expectMigrated);
  });
