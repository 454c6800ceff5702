import type { Thing } from "./cluster.ts";
import { apiServer, connections, type Target } from "./flows.ts";
import type { Pod } from "./ready.ts";
import type { Smoke } from "./smoke.ts";
import { until } from "./until.ts";

interface Kind {
  kind: string;
  /** Who connects to which target; `by` is what the connection is made by, if not by the address of a pod. */
  flow: [from: string, to: string];
  by?: string;
  policy: string;
  way: "egress" | "ingress";
  /** The rule that is taken out has this in it. */
  rule: string;
}

const about = (name: string) => `"app.kubernetes.io/name":"${name}"`;

const kinds: Kind[] = [
  { kind: "to a peer", flow: ["booking/rpc", "availability/rpc:8080"], policy: "booking-rpc", way: "egress", rule: about("availability") },
  {
    kind: "from a peer",
    flow: ["notification/worker", "users/rpc:8080"],
    policy: "users-rpc",
    way: "ingress",
    rule: about("notification"),
  },
  { kind: "to its database", flow: ["booking/worker", "postgres:5432"], policy: "booking-worker", way: "egress", rule: about("postgres") },
  { kind: "to the broker", flow: ["provisioner/provisioner", "nats:4222"], policy: "provisioner", way: "egress", rule: about("nats") },
  { kind: "to Redis", flow: ["auth/rpc", "valkey:6379"], policy: "auth-rpc", way: "egress", rule: about("valkey") },
  {
    kind: "to the mail server",
    flow: ["notification/worker", "maildev:1025"],
    policy: "notification-worker",
    way: "egress",
    rule: about("maildev"),
  },
  {
    kind: "to the provider",
    flow: ["payments/worker", "stripe-sandbox:8080"],
    policy: "payments-worker",
    way: "egress",
    rule: about("stripe-sandbox"),
  },
  {
    kind: "the provider's webhook",
    flow: ["stripe-sandbox", "payments/rpc:8081"],
    policy: "payments-rpc",
    way: "ingress",
    rule: about("stripe-sandbox"),
  },
  {
    kind: "to DNS",
    flow: ["booking/rpc", "availability/rpc:8080"],
    by: "availability",
    policy: "lacio-dns",
    way: "egress",
    rule: "kube-dns",
  },
  { kind: "edge to a service", flow: ["edge/edge", "booking/rpc:8080"], policy: "edge", way: "egress", rule: about("booking") },
  { kind: "edge to the web", flow: ["edge/edge", "web/web:3000"], policy: "web", way: "ingress", rule: about("edge") },
  { kind: "web to a service", flow: ["web/web", "staff/rpc:8080"], policy: "web", way: "egress", rule: about("staff") },
  { kind: "to the API server's keys", flow: ["booking/rpc", apiServer], policy: "booking-rpc", way: "egress", rule: '"cidr"' },
];

/** Takes one flow of each kind out of the policies, and puts it back. Connections are new ones: those that are open may live on. */
export async function withoutEachKind(smoke: Smoke, pods: Map<string, Pod>, places: Target[], filtersNodes: boolean): Promise<void> {
  for (const kind of kinds) {
    const [from, to] = kind.flow;
    if (to === apiServer && !filtersNodes) continue;
    const found = places.find(({ name }) => name === to)!;
    const target = { ...found, host: kind.by ?? found.host };
    const outcome = async () => (await connections(smoke.cluster, pods.get(from)!, [target])).get(to)!;
    await smoke.check(`the flow ${kind.kind}: without it ${from} does not reach ${to}, with it again it does`, async () => {
      if ((await outcome()) !== "open") throw new Error("It is not open.");
      await withoutRule(smoke, kind, async () => {
        await until(async () => (await outcome()) !== "open", { timeoutMs: 30_000 });
      });
      await until(async () => (await outcome()) === "open", { timeoutMs: 30_000 });
    });
  }
}

async function withoutRule({ cluster }: Smoke, { policy, way, rule }: Kind, meanwhile: () => Promise<void>): Promise<void> {
  const { spec } = await cluster.json<Thing & { spec: Record<Kind["way"], object[]> }>("get", "networkpolicy", policy);
  const kept = spec[way].filter((one) => !JSON.stringify(one).includes(rule));
  if (kept.length === spec[way].length) throw new Error(`The policy ${policy} has no such rule.`);
  const set = (value: object[]) =>
    cluster.kubectl(["patch", "networkpolicy", policy, "--type=json", "-p", JSON.stringify([{ op: "add", path: `/spec/${way}`, value }])]);
  await set(kept);
  try {
    await meanwhile();
  } finally {
    await set(spec[way]);
  }
}
