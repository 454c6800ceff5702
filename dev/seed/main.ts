import fs from "node:fs";
import { seed } from "../seed.ts";
import type { SystemDescription } from "@lacio/testkit/system";

// Reads a system's description from stdin, seeds it, and prints its accounts.
const system = JSON.parse(fs.readFileSync(0, "utf8")) as SystemDescription;
console.log(JSON.stringify(await seed(system)));
