import { writeFileSync } from "node:fs";
import path from "node:path";
import { chartTruth } from "./truth.ts";

// `npm run chart`: writes what the chart knows of the services. A test says whether it is still true.
writeFileSync(path.join(import.meta.dirname, "lacio/files/services.json"), `${JSON.stringify(await chartTruth(), null, 2)}\n`);
