import { longestCallSeconds } from "@lacio/envoy/drain";
import type { Manifest } from "./manifest.ts";

export interface PodTemplate {
  metadata?: { labels?: Record<string, string> };
  spec: PodSpec;
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  volumes?: Record<string, unknown>[];
  securityContext?: Security;
  [field: string]: unknown;
}

export interface Container {
  name: string;
  image?: string;
  env?: { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string; optional?: boolean } } }[];
  ports?: { name?: string; containerPort: number; hostPort?: number }[];
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  securityContext?: Security;
  volumeMounts?: { name: string; mountPath: string }[];
  [field: string]: unknown;
}

interface Security {
  seccompProfile?: { type: string };
  capabilities?: { drop?: string[]; add?: string[] };
  [field: string]: unknown;
}

/** The pod templates of Deployments and Jobs, by the objects' names. */
export const podsOf = (manifests: Manifest[]): { name: string; kind: string; template: PodTemplate }[] =>
  manifests
    .filter(({ kind }) => ["Deployment", "Job", "StatefulSet", "DaemonSet", "CronJob", "Pod"].includes(kind))
    .map((one) => ({ name: one.metadata.name, kind: one.kind, template: (one.spec as { template: PodTemplate }).template }));

const allowedVolumes = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];
const safeSysctls =
  /^(kernel\.shm_rmid_forced|net\.ipv4\.(ip_local_port_range|ip_unprivileged_port_start|tcp_syncookies|ping_group_range|ip_local_reserved_ports|tcp_(keepalive_time|fin_timeout|keepalive_intvl|keepalive_probes)))$/;

/** What Pod Security `restricted` refuses: https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export function securityFaults({ spec }: PodTemplate): string[] {
  const pod = spec.securityContext ?? {};
  const faults: string[] = ["hostNetwork", "hostPID", "hostIPC"].filter((field) => spec[field]).map((field) => `${field} is on`);
  for (const { name, ...volume } of spec.volumes ?? [])
    for (const kind of Object.keys(volume)) if (!allowedVolumes.includes(kind)) faults.push(`volume ${String(name)} is a ${kind}`);
  for (const { name } of (pod.sysctls as { name: string }[] | undefined) ?? []) if (!safeSysctls.test(name)) faults.push(`sysctl ${name}`);
  for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
    const own = container.securityContext ?? {};
    const either = (field: string) => own[field] ?? pod[field];
    const fault = (text: string) => faults.push(`${container.name}: ${text}`);
    if (own.privileged) fault("privileged");
    if (own.allowPrivilegeEscalation !== false) fault("may escalate its privileges");
    if (!own.capabilities?.drop?.includes("ALL")) fault("does not drop ALL capabilities");
    if (own.capabilities?.add?.some((one) => one !== "NET_BIND_SERVICE")) fault("adds capabilities");
    if (either("runAsNonRoot") !== true) fault("may run as root");
    if (either("runAsUser") === 0) fault("runs as uid 0");
    const seccomp = (own.seccompProfile ?? pod.seccompProfile)?.type;
    if (seccomp !== "RuntimeDefault" && seccomp !== "Localhost") fault("has no seccomp profile");
    if (own.procMount && own.procMount !== "Default") fault("procMount");
    for (const field of ["seLinuxOptions", "windowsOptions"]) if (either(field)) fault(field);
    if (container.ports?.some(({ hostPort }) => hostPort)) fault("takes a port of the node");
  }
  return faults;
}

/** What our own rules refuse beside it; a Job has no probes and nothing to drain. */
export function ruleFaults({ spec }: PodTemplate, kind: string): string[] {
  const faults: string[] = [];
  const want = (fine: unknown, text: string) => void (fine || faults.push(text));
  const pod = spec.securityContext ?? {};
  want(pod.runAsUser === 65532 && pod.runAsGroup === 65532, "is not uid and gid 65532");
  want(spec.enableServiceLinks === false, "has service links");
  want(spec.automountServiceAccountToken === false, "gets a token for the API server unasked");
  want(spec.serviceAccountName, "has no service account of its own");
  const temporary = (spec.volumes ?? []).find(({ emptyDir }) => emptyDir)?.name;
  for (const container of spec.containers) {
    const need = (fine: unknown, text: string) => want(fine, `${container.name}: ${text}`);
    need(container.securityContext?.readOnlyRootFilesystem === true, "can write to its root");
    need(
      container.volumeMounts?.some(({ name, mountPath }) => name === temporary && mountPath === "/tmp"),
      "has no /tmp",
    );
    need(/(:(?!latest$)[\w.-]+|@sha256:[0-9a-f]{64})$/.test(container.image ?? ""), "has an image without a fixed tag");
    const { requests, limits } = container.resources ?? {};
    need(requests?.cpu && requests.memory && limits?.memory, "has no requests or no memory limit");
    need(!limits?.cpu, "has a CPU limit");
    need(heapFits(container), "has a heap that is not 75 % of its memory");
    if (kind === "Deployment") for (const fault of lifecycleFaults(container)) need(false, fault);
    const grace = spec.terminationGracePeriodSeconds as number;
    need(kind === "Job" || grace > secondsToEnd(container), `needs more than its ${grace} s to end`);
  }
  return faults;
}

function lifecycleFaults(container: Container): string[] {
  const probes = { startupProbe: "/livez", livenessProbe: "/livez", readinessProbe: "/readyz" };
  const wrong = Object.entries(probes).filter(([name, at]) => {
    const probe = container[name] as { httpGet?: { path: string; port: string }; timeoutSeconds?: number } | undefined;
    return probe?.httpGet?.path !== at || probe.httpGet.port !== "ops" || probe.timeoutSeconds !== 5;
  });
  const ops = container.ports?.some(({ name, containerPort }) => name === "ops" && containerPort === 9090);
  return [
    ...wrong.map(([name]) => `${name} does not ask the ops port with 5 s of time`),
    ...(ops ? [] : ["has no ops port 9090"]),
    ...(preStopSeconds(container) === 10 ? [] : ["does not wait 10 s before it ends"]),
  ];
}

function preStopSeconds({ lifecycle }: Container): number {
  return (lifecycle as { preStop?: { sleep?: { seconds: number } } } | undefined)?.preStop?.sleep?.seconds ?? 0;
}

/** What it may take with the longest requests: the kubelet's grace period begins with preStop. The provisioner ends at once. */
function secondsToEnd(container: Container): number {
  const seconds = (variable: string) => Number(container.env?.find(({ name }) => name === variable)?.value ?? 0);
  const requests = container.name === "edge" ? longestCallSeconds : 0;
  const drain = ["DRAIN_SECONDS", "SHUTDOWN_TIMEOUT", "EDGE_DRAIN_SECONDS"].map(seconds);
  return preStopSeconds(container) + Math.max(...drain) + requests;
}

/** Node in the edge only starts Envoy, which has the memory. */
function heapFits({ name, env, resources }: Container): boolean {
  const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(resources?.limits?.memory ?? "") ?? [];
  const heap = /^--max-old-space-size=(\d+)$/.exec(env?.find(({ name }) => name === "NODE_OPTIONS")?.value ?? "")?.[1];
  return Number(heap) === (name === "edge" ? 64 : Math.floor(Number(number) * (unit === "Gi" ? 1024 : 1) * 0.75));
}
