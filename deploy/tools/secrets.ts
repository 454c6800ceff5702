import { parseArgs } from "node:util";
import { ownCertificate } from "@lacio/testkit/system/own-certificate";
import { developmentSecrets } from "./development-secrets.ts";

// `npm run --silent secrets -- --namespace lacio | kubectl -n lacio create -f -`: every Secret that the chart and deploy/k8s/dev need, with new
// passwords. `create` keeps what is there: databases and the broker have the passwords of their first start.
const { namespace } = parseArgs({ options: { namespace: { type: "string", default: "lacio" } } }).values;

const object = (name: string, stringData: Record<string, string>, type = "Opaque") => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name, labels: { "app.kubernetes.io/part-of": "lacio-dev" } },
  type,
  stringData,
});
const { cert, key } = await ownCertificate(["localhost", "127.0.0.1", "edge", `edge.${namespace}.svc`]);
const items = [
  ...Object.entries(developmentSecrets()).map(([name, data]) => object(name, data)),
  object("lacio-edge-tls", { "tls.crt": cert, "tls.key": key }, "kubernetes.io/tls"),
];
console.log(JSON.stringify({ apiVersion: "v1", kind: "List", items }, undefined, 2));
