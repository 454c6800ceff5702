import path from "node:path";
import { parseArgs } from "node:util";

const usage = `Tries Lacio's chart in the cluster that kubectl speaks to, in a namespace of its own.
  npm run smoke -- [--namespace lacio-smoke] [--only stage,…] [--values file] [--registry R --tag T] [--runs N] [--crds folder] [--keep]
  --only      these stages alone; what they need must be there from an earlier run with --keep
  --values    one more values file, over values-minikube.yaml and deploy/k8s/smoke/values.yaml
  --registry  before the names of all images, and --tag after them; without them the chart's own
  --runs      so often each change under load is tried, 3 without it
  --crds      a folder with CRDs as YAML; without it they are taken from Go modules
  --keep      leaves everything as it is at the end`;

export interface Options {
  namespace: string;
  only: string[];
  values: string[];
  registry: string;
  tag: string;
  runs: number;
  crds: string | undefined;
  keep: boolean;
}

/** @throws Error whose message says how it is used */
export function readArguments(args: string[], stages: string[]): Options {
  const text = { type: "string" as const };
  const { values } = (() => {
    try {
      const options = {
        namespace: text,
        only: text,
        registry: text,
        tag: text,
        runs: text,
        crds: text,
        keep: { type: "boolean" as const },
      };
      return parseArgs({ args, options: { ...options, values: { ...text, multiple: true as const } } });
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${usage}`, { cause: error });
    }
  })();
  const only = values.only?.split(",") ?? [];
  const unknown = only.filter((name) => !stages.includes(name));
  if (unknown.length > 0) throw new Error(`There is no stage ${unknown.join(", ")}; there are ${stages.join(", ")}.\n${usage}`);
  const runs = Number(values.runs ?? 3);
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs must be a whole number from 1 on, not ${values.runs}.\n${usage}`);
  return {
    namespace: values.namespace ?? "lacio-smoke",
    only,
    values: (values.values ?? []).map((file) => path.resolve(file)),
    registry: values.registry ?? "",
    tag: values.tag ?? "",
    runs,
    crds: values.crds,
    keep: values.keep ?? false,
  };
}
