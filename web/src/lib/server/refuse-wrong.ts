import { ConfigError } from "@lacio/chassis/config";
import * as v from "valibot";

type Variables = Record<string, { schema: v.GenericSchema<string | undefined, unknown> }>;

/**
 * Ends the process with 78, which is EX_CONFIG of sysexits(3), when a variable is missing or wrong, and names every one, as each service
 * does. SvelteKit would end it with 1.
 */
export function refuseWrong(variables: Variables, env: Record<string, string | undefined>): void {
  const wrong = Object.entries(variables).flatMap(([name, { schema }]) =>
    (v.safeParse(schema, env[name]).issues ?? []).map(({ message }) => `${name} ${message}`),
  );
  if (wrong.length === 0) return;
  process.stderr.write(`web: ${new ConfigError(wrong).message}\n`);
  process.exit(78);
}
