import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes the SDS file for the certificate in `dir`, into `into`. Envoy watches `dir` and reads the certificate again when something is moved
 * into it: a new file, or the link `..data` of a mounted Secret, which the kubelet replaces as a whole.
 */
export function writeCertSds(dir: string, { certificate, key } = localNames, into = dir): { sds: string; dir: string } {
  const sds = join(into, sdsName);
  writeFileSync(`${sds}.new`, JSON.stringify(certSds(join(dir, certificate), join(dir, key))));
  renameSync(`${sds}.new`, sds);
  return { sds, dir };
}

export const sdsName = "edge-cert.json";

const localNames = { certificate: "cert.pem", key: "key.pem" };

/** In a Secret of type kubernetes.io/tls. */
export const secretNames = { certificate: "tls.crt", key: "tls.key" };

function certSds(certificate: string, key: string): object {
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
