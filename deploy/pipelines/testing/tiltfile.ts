import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { kept } from "@lacio/helm/testing/renderings";
import { pythonWith } from "@lacio/testkit/programs/wheels";
import { kustomized } from "./kustomized.ts";

const root = path.resolve(import.meta.dirname, "../../..");

/** Starlark in pure Python: one wheel, for every machine. */
const starlark = {
  spec: "starlark==0.6.0",
  file: "starlark/__init__.py",
  hashes: ["43e35f5471fb086fa88925ef46400cf784e1ee1571a59f5318a27d72e5d05372"],
};

export type Call = [name: string, parameters: Record<string, unknown>];

/** What Tilt is told by a Tiltfile: every call of one of its functions, in order. @throws where the file is no Starlark, or calls what there is not */
export async function evaluated(tiltfile = readFileSync(path.join(root, "Tiltfile"), "utf8"), subcommand = "up"): Promise<Call[]> {
  const { command, env } = await pythonWith(starlark, "Python 3.11 or newer");
  const services = "deploy/helm/lacio/files/services.json";
  const input = JSON.stringify({
    tiltfile,
    subcommand,
    manifests: { "deploy/helm/lacio": kept("minikube"), "deploy/k8s/dev": kustomized("deploy/k8s/dev") },
    json: { [services]: JSON.parse(readFileSync(path.join(root, services), "utf8")) as object },
  });
  const program = path.join(import.meta.dirname, "tiltfile.py");
  const { stdout, stderr } = spawnSync(command, [program], { input, env, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (!stdout) throw new Error(stderr);
  const { calls, error } = JSON.parse(stdout) as { calls?: Call[]; error?: string };
  if (!calls) throw new Error(error);
  return calls;
}
