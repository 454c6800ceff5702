import type { Cluster, Thing } from "./cluster.ts";

interface Pod extends Thing {
  status: { phase: string; conditions?: { type: string; status: string }[]; containerStatuses?: { name: string; restartCount: number }[] };
}

/** What an on-call engineer looks at first: pods that are not well with their last lines, and the newest warnings. */
export async function trouble(cluster: Cluster): Promise<string> {
  const [pods, events] = await Promise.all([sickPods(cluster), warnings(cluster)].map(orWhyNot));
  return `${events}\n${pods}`.trim();
}

async function warnings(cluster: Cluster): Promise<string> {
  const all = await cluster.kubectl(["get", "events", "--field-selector", "type=Warning", "--sort-by=.lastTimestamp"]);
  return all.trim().split("\n").slice(-12).join("\n");
}

async function sickPods(cluster: Cluster): Promise<string> {
  const sick = (await cluster.list<Pod>("pods")).filter((pod) => !isWell(pod)).slice(0, 6);
  const told = sick.map(async ({ metadata, status }) => {
    const ended = (status.containerStatuses ?? []).some(({ restartCount }) => restartCount > 0);
    const lines = (previous: string[]) =>
      orWhyNot(cluster.kubectl(["logs", metadata.name, "--all-containers", "--prefix", "--tail=15", ...previous]));
    return `--- ${metadata.name} (${status.phase})\n${await lines([])}${ended ? `--- before its restart\n${await lines(["--previous"])}` : ""}`;
  });
  return (await Promise.all(told)).join("\n");
}

function isWell({ metadata, status }: Pod): boolean {
  if (status.phase === "Succeeded" || metadata.deletionTimestamp) return true;
  const ready = status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True");
  return Boolean(ready) && (status.containerStatuses ?? []).every(({ restartCount }) => restartCount === 0);
}

const orWhyNot = (text: Promise<string>) => text.catch((error: unknown) => `(not to be had: ${String(error)})`);
