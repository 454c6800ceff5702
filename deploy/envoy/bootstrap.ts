import { clusters } from "./clusters.ts";
import { edgeTable, type EdgeTable } from "./edge-table.ts";
import { edgeOf, type EdgeOptions } from "./edge.ts";
import { opsListener, publicListener } from "./listeners.ts";
import { overloadManager } from "./overload.ts";

/**
 * The edge's complete bootstrap configuration as one object; Envoy reads it as a JSON config file.
 *
 *     const cert = writeCertSds(dir); // dir holds cert.pem and key.pem
 *     const config = bootstrap({
 *       services: [
 *         { name: "auth", rpc: ["127.0.0.1", 4100], http: ["127.0.0.1", 4101] },
 *         { name: "booking", rpc: ["127.0.0.1", 4200] }, // … one entry per service of the protos
 *       ],
 *       address: "127.0.0.1", port: 8443, opsPort: 9901, adminPort: 9902, cert,
 *     });
 *     writeFileSync(file, JSON.stringify(config));
 *     spawn(envoyBinary, envoyArguments(file)); // render.ts
 */
export function bootstrap(options: EdgeOptions, table: EdgeTable = edgeTable()): object {
  const edge = edgeOf(options, table);
  return {
    node: { id: "edge", cluster: "lacio-edge" },
    admin: { address: { socket_address: { address: "127.0.0.1", port_value: edge.adminPort } } },
    application_log_config: { log_format: { json_format: { time: "%Y-%m-%dT%T.%eZ", level: "%l", logger: "%n", msg: "%j" } } },
    overload_manager: overloadManager(edge),
    static_resources: { listeners: [publicListener(edge), opsListener(edge)], clusters: clusters(edge) },
  };
}
