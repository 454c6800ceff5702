import type { Options } from "./arguments.ts";
import type { Cluster, Thing } from "./cluster.ts";
import { imageOf } from "./images.ts";
import type { Smoke } from "./smoke.ts";
import { until } from "./until.ts";

export interface ToolPod {
  name: string;
  command: string[];
  env: Record<string, string>;
}

/** Runs a program of the tools image as a pod that trusts the edge (EDGE_CA_FILE); one of this name that is there goes first. */
export async function startPod({ cluster, options }: Smoke, pod: ToolPod): Promise<void> {
  await cluster.kubectl(["delete", "pod", pod.name, "--ignore-not-found", "--wait=true"]);
  await cluster.apply(JSON.stringify(manifestOf(pod, options)));
  await until(async () => (await phaseOf(cluster, pod.name)) !== "Pending", { timeoutMs: 60_000 });
}

/** As Pod Security `restricted` wants it. */
export const manifestOf = ({ name, command, env }: ToolPod, options: Options) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, labels: { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "lacio-tools" } },
  spec: {
    restartPolicy: "Never",
    terminationGracePeriodSeconds: 1,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name,
        image: imageOf("tools", options),
        imagePullPolicy: "IfNotPresent",
        command,
        env: Object.entries({ EDGE_URL: "https://edge", EDGE_CA_FILE: "/etc/lacio/edge/tls.crt", ...env }).map(([key, value]) => ({
          name: key,
          value,
        })),
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
        resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "256Mi" } },
        volumeMounts: [
          { name: "edge", mountPath: "/etc/lacio/edge", readOnly: true },
          { name: "tmp", mountPath: "/tmp" },
        ],
      },
    ],
    volumes: [
      { name: "edge", secret: { secretName: "lacio-edge-tls", items: [{ key: "tls.crt", path: "tls.crt" }] } },
      { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
    ],
  },
});

/** What a started pod printed until its end. @throws Error with its last lines when it failed, or did not end in time */
export async function endOf({ cluster }: Smoke, name: string, timeoutMs: number): Promise<string> {
  const ended = async () => {
    const phase = await phaseOf(cluster, name);
    return (phase === "Succeeded" || phase === "Failed") && phase;
  };
  const phase = await until(ended, { timeoutMs, everyMs: 3_000 }).catch(() => "too late");
  const printed = await cluster.kubectl(["logs", name]);
  if (phase !== "Succeeded") throw new Error(`The pod ${name} ended as ${phase}:\n${printed.trim().split("\n").slice(-25).join("\n")}`);
  return printed;
}

const phaseOf = async (cluster: Cluster, name: string) =>
  (await cluster.json<Thing & { status: { phase: string } }>("get", "pod", name)).status.phase;
