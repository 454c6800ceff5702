import { demo } from "../demo.ts";
import { release } from "../release.ts";
import type { Smoke } from "../smoke.ts";

/** Back to the oldest revision that Helm kept. */
export async function rollback(smoke: Smoke): Promise<void> {
  const { cluster, check, note } = smoke;
  const history = JSON.parse(await cluster.helm(["history", release, "-o", "json"])) as { revision: number; status: string }[];
  const good = history.find(({ status }) => status === "superseded" || status === "deployed")!;
  if (history.length < 2) throw new Error("There is only one revision: run the stage `upgrade` before.");
  note(`from revision ${history.at(-1)!.revision} to revision ${good.revision}`);
  await check("helm rollback to the first revision ends with all pods ready", async () => {
    await cluster.helm(["rollback", release, String(good.revision), "--wait", "--timeout", "300s"], { timeoutMs: 330_000 });
    await cluster.rolledOut();
  });
  await check("the demo passes after the rollback", () => demo(smoke));
}
