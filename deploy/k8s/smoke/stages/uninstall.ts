import { sql } from "@lacio/testkit/testing";
import { release } from "../release.ts";
import type { Smoke } from "../smoke.ts";
import { withServers } from "../system.ts";
import { until } from "../until.ts";

const kinds =
  "deployments,replicasets,pods,services,jobs,networkpolicies,serviceaccounts,poddisruptionbudgets,horizontalpodautoscalers,configmaps,secrets";

/** The release goes; Secrets, development servers and data are not its own. */
export async function uninstall({ cluster, check }: Smoke): Promise<void> {
  const bookings = () =>
    withServers(cluster, async (system) => (await sql<{ count: string }>(system, "booking", "select count(*) from booking"))[0]!.count);
  const before = await bookings();
  await check("helm uninstall leaves nothing of the release", async () => {
    await cluster.helm(["uninstall", release, "--wait", "--timeout", "180s"]);
    const left = async () =>
      (await cluster.list(kinds, `app.kubernetes.io/instance=${release}`)).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    await until(
      async () => {
        const names = await left();
        if (names.length > 0) throw new Error(names.join(", "));
        return true;
      },
      { timeoutMs: 90_000 },
    );
  });
  await check("its data are there", async () => {
    const after = await bookings();
    if (after !== before || Number(after) === 0) throw new Error(`${before} bookings before, ${after} after.`);
  });
}
