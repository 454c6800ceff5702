import net from "node:net";
import { calledByAll, permissions, type ServiceName } from "@lacio/permissions/table";
import type { Manifest } from "./manifest.ts";
import { podsOf } from "./pods.ts";

type Labels = Record<string, string>;
interface Selector {
  matchLabels?: Labels;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}
interface Peer {
  podSelector?: Selector;
  namespaceSelector?: Selector;
  ipBlock?: { cidr: string; except?: string[] };
}
interface Rule {
  from?: Peer[];
  to?: Peer[];
  ports?: { port: number; protocol?: string }[];
}
interface Policy {
  podSelector: Selector;
  policyTypes: string[];
  ingress?: Rule[];
  egress?: Rule[];
}

/** Ports that something of ours listens at. */
const ports = [3000, 8080, 8081, 8443, 9090, 9901];

/** One release's network policies, as a policy engine understands them. Pods are called "booking/rpc". */
export function flowsAllowed(manifests: Manifest[]) {
  const policies = manifests.filter(({ kind }) => kind === "NetworkPolicy").map(({ spec }) => spec as Policy);
  const labels = new Map(podsOf(manifests).map(({ template }) => [nameOf(template.metadata!.labels!), template.metadata!.labels!]));
  const rules = (pod: Labels, way: "ingress" | "egress"): Rule[] | "all" => {
    const type = way === "ingress" ? "Ingress" : "Egress";
    const mine = policies.filter(({ podSelector, policyTypes }) => policyTypes.includes(type) && selects(podSelector, pod));
    return mine.length === 0 ? "all" : mine.flatMap((policy) => policy[way] ?? []);
  };
  const lets = (found: Rule[] | "all", other: Labels | string, port: number, protocol: string) =>
    found === "all" ||
    found.some(
      (rule) =>
        (!rule.ports || rule.ports.some((one) => one.port === port && (one.protocol ?? "TCP") === protocol)) &&
        (!(rule.from ?? rule.to) || (rule.from ?? rule.to)!.some((peer) => isPeer(peer, other))),
    );
  const pairs = (allowed: (from: Labels, to: Labels, port: number) => boolean) =>
    [...labels].flatMap(([from, one]) =>
      [...labels].flatMap(([to, other]) =>
        from === to ? [] : ports.filter((port) => allowed(one, other, port)).map((port) => `${from} -> ${to}:${port}`),
      ),
    );
  return {
    pods: [...labels.keys()].sort(),
    /** Between pods of the release, as far as policies of the one, or of the other end say. */
    sent: pairs((from, to, port) => lets(rules(from, "egress"), to, port, "TCP")).sort(),
    received: pairs((from, to, port) => lets(rules(to, "ingress"), from, port, "TCP")).sort(),
    /** Whether a pod may connect to an address. */
    sends: (pod: string, address: string, port: number, protocol = "TCP") =>
      lets(rules(labels.get(pod)!, "egress"), address, port, protocol),
    /** Whether an address may connect to a pod. */
    receives: (pod: string, address: string, port: number) => lets(rules(labels.get(pod)!, "ingress"), address, port, "TCP"),
  };
}

/** The flows between pods of the release that the table of permissions declares, and those of edge, web and seed. */
export function flowsDeclared(httpDoors: string[]): string[] {
  const services = Object.keys(permissions) as ServiceName[];
  const calls = services.flatMap((name) =>
    permissions[name].calls.flatMap((peer) => [`${name}/rpc -> ${peer}/rpc:8080`, `${name}/worker -> ${peer}/rpc:8080`]),
  );
  const asking = services.filter((name) => name !== calledByAll);
  const asked = asking.flatMap((name) => [8080, 8081].map((port) => `${name}/rpc -> ${calledByAll}/rpc:${port}`));
  const people = services.flatMap((name) => ["edge/edge", "web/web", "seed/seed"].map((from) => `${from} -> ${name}/rpc:8080`));
  const doors = httpDoors.map((name) => `edge/edge -> ${name}/rpc:8081`);
  return [...new Set([...calls, ...asked, ...people, ...doors, "edge/edge -> web/web:3000"])].sort();
}

const nameOf = (labels: Labels): string => `${labels["app.kubernetes.io/name"]}/${labels["app.kubernetes.io/component"]}`;

/** `other` is a pod of the namespace by its labels, or an address outside. */
function isPeer({ podSelector, namespaceSelector, ipBlock }: Peer, other: Labels | string): boolean {
  if (typeof other !== "string") return podSelector !== undefined && namespaceSelector === undefined && selects(podSelector, other);
  return ipBlock !== undefined && within(other, ipBlock.cidr) && !ipBlock.except?.some((cidr) => within(other, cidr));
}

function within(address: string, cidr: string): boolean {
  const [base, bits] = cidr.split("/");
  const list = new net.BlockList();
  list.addSubnet(base!, Number(bits), "ipv4");
  return list.check(address, "ipv4");
}

function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  const fits = ({ key, operator, values = [] }: NonNullable<Selector["matchExpressions"]>[number]) => {
    if (operator === "Exists") return key in labels;
    if (operator === "DoesNotExist") return !(key in labels);
    return (key in labels && values.includes(labels[key]!)) === (operator === "In");
  };
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value) && matchExpressions.every(fits);
}
