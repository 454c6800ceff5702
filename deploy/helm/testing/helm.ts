import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { binary } from "@lacio/testkit/programs/binaries";
import { stringify } from "yaml";
import { manifestsIn } from "./manifest.ts";

const chart = path.resolve(import.meta.dirname, "../lacio");

export type Helm = Awaited<ReturnType<typeof openHelm>>;

/** The real Helm, without a cluster. The first time it is built from source, which takes minutes. */
export async function openHelm() {
  const program = await binary("helm");
  const home = mkdtempSync(path.join(os.tmpdir(), "lacio-helm-"));
  const env = { ...process.env, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home, KUBECONFIG: path.join(home, "none") };

  /** Standard output. @throws Error with what Helm says */
  const helm = (args: string[], input = "") =>
    new Promise<string>((resolve, reject) => {
      const child = execFile(program, args, { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
        error ? reject(new Error(`${stdout}${stderr}`)) : resolve(stdout),
      );
      child.stdin!.end(input);
    });

  /** As text. `files` are values files, `values` are over them; of `cluster`, an API server's URL, Helm asks what there is. */
  const render = (files: string[], values: object = {}, cluster?: string) => {
    const from = [...files.flatMap((file) => ["-f", file]), "-f", "-"];
    const live = cluster ? ["--dry-run=server", "--kube-apiserver", cluster] : [];
    return helm(["template", "lacio", chart, "--namespace", "salon", ...live, ...from], stringify(values));
  };

  return {
    render,
    manifests: async (files: string[], values: object = {}) => manifestsIn(await render(files, values)),
    lint: (files: string[], values: object) =>
      helm(["lint", chart, "--strict", ...files.flatMap((file) => ["-f", file]), "-f", "-"], stringify(values)),
    close: () => rmSync(home, { recursive: true, force: true }),
  };
}
