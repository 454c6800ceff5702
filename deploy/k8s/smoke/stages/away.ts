import type { Cluster } from "../cluster.ts";
import { inside, startInside } from "../inside.ts";
import { removePod, startPodLike, type Container } from "../pod-like.ts";
import { isReady, ready, type Pod } from "../ready.ts";
import { bringBack, takeAway } from "../servers.ts";
import type { Smoke } from "../smoke.ts";
import { askingTheStandIn, expectKeysStandIn, keysUrl, removeKeysStandIn, startKeysStandIn } from "../stand-in-keys.ts";
import { until } from "../until.ts";

interface Thing {
  what: string;
  /** What the line says of it. */
  cause: string;
  leave(smoke: Smoke): Promise<void>;
  /** Waits until it is there. */
  comeBack(smoke: Smoke): Promise<void>;
  tidy?(smoke: Smoke): Promise<void>;
  change?(container: Container): void;
}

const workload = (what: string, name: string, cause: string): Thing => ({
  what,
  cause,
  leave: ({ cluster }) => takeAway(cluster, name),
  comeBack: ({ cluster }) => bringBack(cluster, name),
});

const things: Thing[] = [
  workload("its database", "statefulset/postgres", "database at postgres:5432: "),
  workload("NATS", "statefulset/nats", "nats at nats:4222: "),
  workload("auth", "deployment/auth-rpc", "auth's keys at http://auth:8081/"),
  {
    what: "the keys of service tokens",
    cause: `keys of service tokens at ${keysUrl}: `,
    leave: expectKeysStandIn,
    comeBack: startKeysStandIn,
    tidy: removeKeysStandIn,
    change: askingTheStandIn,
  },
];

const [stopped, patient] = ["smoke-stopped", "smoke-patient"];

/** Booking's rpc started while something that it needs is not there: two pods beside its Deployment, so that this one's stay as they are. */
export async function away(smoke: Smoke): Promise<void> {
  const { cluster } = smoke;
  for (const thing of things) {
    try {
      await thing.leave(smoke);
      await startedWithout(smoke, thing);
    } finally {
      for (const pod of [stopped, patient]) await removePod(cluster, pod);
      await (thing.tidy ?? thing.comeBack)(smoke);
      await ready(cluster, 120);
    }
  }
}

async function startedWithout(smoke: Smoke, { what, cause, change, comeBack }: Thing): Promise<void> {
  const { cluster, check, note } = smoke;
  for (const pod of [stopped, patient]) await startPodLike(cluster, "booking-rpc", pod, { ...(change && { change }) });

  await check(`started without ${what}: one line "not ready" names it, /livez answers 200, /readyz 503 and names it`, async () => {
    for (const pod of [stopped, patient]) names((await notReadyLines(cluster, pod, 1))[0]!.away, cause);
    const doors = ["livez", "readyz"].map((door) => `http://127.0.0.1:9090/${door}`);
    const [livez, readyz] = await inside<{ status: number; text: string }[]>(cluster, patient, "get", doors);
    if (livez!.status !== 200 || readyz!.status !== 503) throw new Error(`/livez ${livez!.status}, /readyz ${readyz!.status}`);
    names((JSON.parse(readyz!.text) as { problems: string[] }).problems, cause);
    note((await notReadyLines(cluster, patient, 1))[0]!.away.join("\n"));
  });

  await check(`started without ${what}: SIGTERM ends it within 2 s`, async () => {
    const stopping = startInside(cluster, stopped, "stop", {});
    await stopping.said();
    const since = Date.now();
    await stopping.ended;
    const seconds = (Date.now() - since) / 1_000;
    await until(async () => (await podNamed(cluster, stopped)).status.phase === "Succeeded", { timeoutMs: 30_000 });
    within(seconds, 2, note);
  });

  await check(`started without ${what}: it says so at most every 10 s`, async () => {
    const times = (await notReadyLines(cluster, patient, 3)).map(({ time }) => Date.parse(time));
    const gaps = times.slice(1).map((time, index) => (time - times[index]!) / 1_000);
    if (Math.min(...gaps) < 9.9) throw new Error(`Seconds between its lines: ${gaps.join(", ")}`);
  });

  await check(`started without ${what}: it works within 10 s after that is back`, async () => {
    await comeBack(smoke);
    const since = Date.now();
    await until(async () => isReady(await podNamed(cluster, patient)), { timeoutMs: 60_000 });
    within((Date.now() - since) / 1_000, 10, note);
  });
}

function names(said: string[], cause: string): void {
  if (!said.some((one) => one.startsWith(cause))) throw new Error(`It says ${JSON.stringify(said)}, and not "${cause}…".`);
}

function within(seconds: number, limit: number, note: Smoke["note"]): void {
  if (seconds > limit) throw new Error(`It took ${seconds.toFixed(1)} s.`);
  note(`after ${seconds.toFixed(2)} s`);
}

const podNamed = (cluster: Cluster, name: string) => cluster.json<Pod>("get", "pod", name);

type Line = { time: string; msg: string; away: string[] };

/** Waits for so many. */
async function notReadyLines(cluster: Cluster, pod: string, count: number): Promise<Line[]> {
  return until(
    async () => {
      const lines = (await cluster.kubectl(["logs", pod])).split("\n").filter((line) => line.startsWith("{"));
      const found = lines.map((line) => JSON.parse(line) as Line).filter(({ msg }) => msg === "not ready");
      return found.length >= count && found;
    },
    { timeoutMs: 60_000 },
  );
}
