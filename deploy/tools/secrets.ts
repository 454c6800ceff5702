import { parseArgs } from "node:util";
import { ownCertificate } from "@lacio/testkit/system/own-certificate";
import { developmentSecrets } from "./development-secrets.ts";
import { productionSecrets } from "./production-secrets.ts";

// Prints every Secret that the chart and its servers need, with new passwords:  npm run --silent secrets | kubectl create -f -
// `create` keeps what is there, as databases and the broker have the passwords of their first start. With --production they are for servers
// elsewhere (docs/operating.md), without a certificate.
const { values } = parseArgs({
  options: {
    namespace: { type: "string", default: "lacio" },
    production: { type: "boolean", default: false },
    postgres: { type: "string", default: "" },
    pooler: { type: "string" },
    nats: { type: "string", default: "" },
    valkey: { type: "string", default: "" },
  },
});
const { namespace, production, postgres, pooler, nats, valkey } = values;

type Placed = { namespace: string; name: string; data: Record<string, string>; type?: string };

async function development(): Promise<Placed[]> {
  const { cert, key } = await ownCertificate(["localhost", "127.0.0.1", "edge", `edge.${namespace}.svc`]);
  return [
    ...Object.entries(developmentSecrets()).map(([name, data]) => ({ namespace, name, data })),
    { namespace, name: "lacio-edge-tls", data: { "tls.crt": cert, "tls.key": key }, type: "kubernetes.io/tls" },
  ];
}

const object = ({ namespace, name, data, type = "Opaque" }: Placed) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { namespace, name, labels: { "app.kubernetes.io/managed-by": "lacio-secrets" } },
  type,
  stringData: data,
});

try {
  const placed = production
    ? productionSecrets(namespace, { postgres, nats, valkey, ...(pooler && { pooler }) }, process.env)
    : await development();
  console.log(JSON.stringify({ apiVersion: "v1", kind: "List", items: placed.map(object) }, undefined, 2));
} catch (error) {
  console.error(`secrets: ${(error as Error).message}`);
  process.exitCode = 78; // EX_CONFIG of sysexits(3)
}
