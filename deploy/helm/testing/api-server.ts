import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** As much of an API server as Helm's `lookup` asks: one namespace and its Secrets, by their keys. */
export async function startApiServer(namespace: string, secrets: Record<string, string[]>) {
  const resource = (name: string, kind: string, namespaced: boolean) => ({ name, kind, namespaced, singularName: "", verbs: ["get"] });
  const answers: Record<string, object> = {
    "/version": { major: "1", minor: "34", gitVersion: "v1.34.0" },
    "/api": { kind: "APIVersions", versions: ["v1"] },
    "/apis": { kind: "APIGroupList", apiVersion: "v1", groups: [] },
    "/api/v1": {
      kind: "APIResourceList",
      groupVersion: "v1",
      resources: [resource("namespaces", "Namespace", false), resource("secrets", "Secret", true)],
    },
    [`/api/v1/namespaces/${namespace}`]: { kind: "Namespace", apiVersion: "v1", metadata: { name: namespace } },
  };
  for (const [name, keys] of Object.entries(secrets)) {
    const data = Object.fromEntries(keys.map((key) => [key, "eA=="]));
    answers[`/api/v1/namespaces/${namespace}/secrets/${name}`] = { kind: "Secret", apiVersion: "v1", metadata: { name }, data };
  }
  const server = createServer((request, response) => {
    const found = answers[new URL(request.url!, "http://localhost").pathname];
    response.writeHead(found ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(found ?? { kind: "Status", apiVersion: "v1", status: "Failure", reason: "NotFound", code: 404 }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
