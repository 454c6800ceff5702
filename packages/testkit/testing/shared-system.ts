import fs from "node:fs";
import tls from "node:tls";
import type { SystemDescription } from "../system/contract.ts";

/** The system that this test run shares. Each test brings its own people, days and bookings, so they don't interfere. @throws without one */
export function sharedSystem(): SystemDescription {
  const file = process.env.LACIO_TEST_SYSTEM;
  if (!file) throw new Error("There is no shared system: `npm test` starts one (dev/test.ts).");
  const system = JSON.parse(fs.readFileSync(file, "utf8")) as SystemDescription;
  trustEdge(system);
  return system;
}

/** From here on `fetch` and every TLS client of this process accept the edge's certificate. */
export function trustEdge({ certificate }: SystemDescription) {
  if (certificate === trusted) return; // set again, Node would parse all CA certificates for the next connection
  trusted = certificate;
  tls.setDefaultCACertificates([...tls.getCACertificates("bundled"), fs.readFileSync(certificate, "utf8")]);
}
let trusted: string | undefined;
