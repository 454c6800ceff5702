import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { beforeTests } from "@lacio/testkit/before-tests";
import { permissions } from "@lacio/permissions/table";
import { startApiServer } from "../testing/api-server.ts";
import { openHelm, type Helm } from "../testing/helm.ts";
import { keptFile, profile, renderings } from "../testing/renderings.ts";
import { chartTruth } from "../truth.ts";

// What only the real Helm can say of the chart. It may have to be built, which takes minutes: `npm test` leaves this file out unless it is
// named: `npm test -- with-helm`. What the manifests say is asked in manifests.test.ts.
const truth = await chartTruth();
let helm: Helm;
await beforeTests(
  async () => void (helm = await openHelm()),
  () => helm?.close(),
  900,
);

test.each(renderings)("$name: what is kept is what Helm renders now, twice (npm run chart)", async ({ name, files, values }) => {
  const text = readFileSync(keptFile(name), "utf8");
  expect(await helm.render(files, values)).toBe(text);
  expect(await helm.render(files, values)).toBe(text);
});

describe("values", () => {
  test.each(renderings)("$name: helm lint --strict", async ({ files, values }) => {
    expect(await helm.lint(files, values)).toContain("0 chart(s) failed");
  });

  test("alone are refused, by what has to be given", async () => {
    await expect(helm.render([])).rejects.toThrow("publicUrl");
  });

  const bad = path.join(import.meta.dirname, "../testing/bad-values");
  test.each(globSync("*.yaml", { cwd: bad }).sort())("are refused: %s", async (file) => {
    const said = /^# Helm says: (.*)$/m.exec(readFileSync(path.join(bad, file), "utf8"))![1]!;
    await expect(helm.render([profile("minikube"), path.join(bad, file)])).rejects.toThrow(said);
  });

  test("of a service are over those of its kind, also a false", async () => {
    const values = { rpc: { autoscaling: { enabled: true } }, services: { users: { rpc: { autoscaling: { enabled: false } } } } };
    const scaled = (await helm.manifests([profile("minikube")], values)).filter(({ kind }) => kind === "HorizontalPodAutoscaler");
    expect(scaled.map(({ metadata }) => metadata.name)).toContain("booking-rpc");
    expect(scaled.map(({ metadata }) => metadata.name)).not.toContain("users-rpc");
  });
});

describe("Secrets", () => {
  const names = [
    ...Object.keys(permissions).flatMap((name) => [`lacio-${name}`, `lacio-${name}-migration`]),
    "lacio-provisioner",
    "lacio-edge-tls",
  ];
  const keys = [...Object.values(truth.services).flatMap(({ secrets, optionalSecrets }) => [...secrets, ...optionalSecrets])];
  const complete = () => Object.fromEntries(names.map((name) => [name, [...keys, "MIGRATION_DATABASE_URL", "tls.crt", "tls.key"]]));
  const said = async (secrets: Record<string, string[]>, values = {}) => {
    const server = await startApiServer("salon", secrets);
    return helm
      .render([profile("minikube")], values, server.url)
      .then(String, String)
      .finally(server.stop);
  };

  test("that are missing in the cluster are named, and keys", async () => {
    const without = complete();
    delete without["lacio-users"];
    const text = await said({ ...without, "lacio-auth": without["lacio-auth"]!.filter((key) => key !== "REDIS_URL") });
    expect(text).toContain(
      "in the namespace salon the Secret lacio-auth has no key REDIS_URL; there is no Secret lacio-users (with DATABASE_URL, NATS_URL)\n",
    );
  });

  test("are all found, or not looked for: then Helm goes on, to what this server does not have", async () => {
    expect(await said(complete())).toContain("failed to download openapi");
    expect(await said({}, { checkSecrets: false })).toContain("failed to download openapi");
  });
});
