import { readArguments } from "./arguments.ts";
import { dropNamespace, refuseForeignNamespace } from "./namespace.ts";
import { openSmoke } from "./smoke.ts";
import { stages } from "./stages/index.ts";

// Installs Lacio in a namespace of its own in the cluster that kubectl speaks to, and tries what an operator does with it and what may happen to it.
process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 2;
});

async function main(): Promise<number> {
  const options = readArguments(process.argv.slice(2), Object.keys(stages));
  const smoke = openSmoke(options);
  await refuseForeignNamespace(smoke.cluster);
  for (const [name, stage] of Object.entries(stages)) {
    if (options.only.length > 0 && !options.only.includes(name)) continue;
    console.log(`\n${name}`);
    const outcome = stage(smoke);
    await outcome.catch(() => smoke.check(`${name} could be tried to its end`, () => outcome));
  }
  if (!options.keep) await dropNamespace(smoke.cluster);
  const { passed, failed } = smoke.counts;
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}
