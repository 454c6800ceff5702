import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes the SDS file for the certificate in `dir`. Envoy watches `dir` and reloads the certificate when a file is moved into it. */
export function writeCertSds(dir: string): { sds: string; dir: string } {
  const sds = join(dir, "edge-cert.json");
  writeFileSync(`${sds}.new`, JSON.stringify(certSds(join(dir, "cert.pem"), join(dir, "key.pem"))));
  renameSync(`${sds}.new`, sds);
  return { sds, dir };
}

export function certSds(certificate: string, key: string): object {
  return {
    resources: [
      {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",
        name: "edge-cert",
        tls_certificate: { certificate_chain: { filename: certificate }, private_key: { filename: key } },
      },
    ],
  };
}
