import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openHelm } from "./testing/helm.ts";
import { fingerprint, fingerprintFile, keptFile, renderings } from "./testing/renderings.ts";
import { chartTruth } from "./truth.ts";

// `npm run chart`: writes what the chart knows of the services, and with the real Helm the manifests that the tests look at.
writeFileSync(path.join(import.meta.dirname, "lacio/files/services.json"), `${JSON.stringify(await chartTruth(), null, 2)}\n`);
const helm = await openHelm();
mkdirSync(path.dirname(fingerprintFile), { recursive: true });
for (const { name, files, values } of renderings) writeFileSync(keptFile(name), await helm.render(files, values));
writeFileSync(fingerprintFile, `${fingerprint()}\n`);
helm.close();
