import { readdirSync } from "node:fs";
import path from "node:path";
import { everything } from "@lacio/helm/testing/everything";
import { manifestsIn, type Manifest } from "@lacio/helm/testing/manifest";
import { stringify } from "yaml";
import { dropCrds, makeCrds } from "../crds.ts";
import { chart } from "../images.ts";
import { makeNamespace } from "../namespace.ts";
import { kustomized, release } from "../release.ts";
import type { Smoke } from "../smoke.ts";

/** What the API server says of everything that the chart can make, without making it. */
export async function manifests(smoke: Smoke): Promise<void> {
  const { cluster, check, options } = smoke;
  const profiles = readdirSync(chart).filter((file) => /^values-.*\.yaml$/.test(file));
  const render = (file: string, values: object = {}) =>
    cluster.helm(["template", release, chart, "-f", path.join(chart, file), "-f", "-"], { input: stringify(values) });
  const judge = (text: string) => cluster.kubectl(["apply", "--dry-run=server", "--validate=strict", "-f", "-"], { input: text });

  const all = manifestsIn(await render("values-minikube.yaml", everything));
  const custom = all.filter(({ apiVersion }) => !ofKubernetes.includes(apiVersion));
  await makeNamespace(cluster);
  const made = await makeCrds(cluster, new Set(custom.map(kindOf)), options.crds);
  try {
    for (const file of profiles) await check(`every manifest of ${file} is accepted`, async () => void (await judge(await render(file))));
    await check(
      "every manifest with all flags on is accepted",
      async () => void (await judge(await render("values-minikube.yaml", everything))),
    );
    for (const folder of ["dev", "demo"] as const)
      await check(`every manifest of deploy/k8s/${folder} is accepted`, async () => void (await judge(await kustomized(smoke, folder))));
    for (const [kind, [first]] of Map.groupBy(custom, kindOf))
      await check(`a misspelt field in a ${kind} is refused`, async () => {
        const answer = await judge(JSON.stringify(misspelt(first!))).catch(String);
        if (!answer.includes("unknown field")) throw new Error(`The API server says: ${answer}`);
      });
  } finally {
    await dropCrds(cluster, made);
  }
}

const ofKubernetes = ["v1", "apps/v1", "autoscaling/v2", "batch/v1", "networking.k8s.io/v1", "policy/v1"];

const kindOf = ({ apiVersion, kind }: Manifest) => `${apiVersion.split("/")[0]}/${kind}`;

/** With one letter too many in the first field of its spec. */
function misspelt(manifest: Manifest): Manifest {
  const [[name, value], ...others] = Object.entries(manifest.spec as object) as [[string, unknown], ...[string, unknown][]];
  return { ...manifest, spec: Object.fromEntries([[`${name}s`, value], ...others]) };
}
