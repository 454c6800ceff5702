import { apiServer, declared, everybodyTries, isOwn, partners, targets } from "../flows.ts";
import { withoutEachKind } from "../removed-flows.ts";
import type { Smoke } from "../smoke.ts";
import { until } from "../until.ts";

/** Who reaches whom, from inside the pods, where everybody tries everything: what is declared, and nothing else. */
export async function borders(smoke: Smoke): Promise<void> {
  const { cluster, check, note } = smoke;
  const pods = await partners(cluster);
  const places = targets(pods);
  const flows = declared();
  let outcomes: [flow: string, outcome: string][] = [];

  await check(`each of ${flows.size} declared flows is open`, async () => {
    let wrong: string[] = [];
    const allOpen = async () => {
      outcomes = [...(await everybodyTries(cluster, pods, places))];
      const closed = outcomes
        .filter(([flow, outcome]) => outcome !== "open" && (flows.has(flow) || isOwn(flow)))
        .map((pair) => pair.join(": "));
      const tried = new Set(outcomes.map(([flow]) => flow));
      wrong = [...closed, ...[...flows].filter((flow) => !tried.has(flow)).map((flow) => `${flow}: not tried`)];
      return wrong.length === 0;
    };
    // A policy engine may know a new pod a little later than the API server.
    await until(allOpen, { timeoutMs: 60_000 }).catch((error: unknown) => {
      throw new Error(wrong.join("\n") || "They could not be tried.", { cause: error });
    });
  });

  const reached = new Set(outcomes.filter(([, outcome]) => outcome === "open").map(([flow]) => flow.split(" -> ")[1]));
  const undeclared = outcomes.filter(([flow]) => !flows.has(flow) && !isOwn(flow) && reached.has(flow.split(" -> ")[1]));
  const isToApiServer = ([flow]: [string, string]) => flow.endsWith(` -> ${apiServer}`);
  const filtersNodes = undeclared.some((one) => isToApiServer(one) && one[1] !== "open");
  const closed = undeclared.filter((one) => filtersNodes || !isToApiServer(one));

  await check(`none of ${closed.length} undeclared pairs is`, async () => {
    const open = closed.filter(([, outcome]) => outcome === "open").map(([flow]) => flow);
    if (closed.length < 10) throw new Error("These are too few.");
    if (open.length > 0) throw new Error(`Open, and not declared:\n${open.join("\n")}`);
    const some = closed.filter((_, index) => index % Math.ceil(closed.length / 12) === 0);
    note(`among them\n${some.map((pair) => pair.join(": ")).join("\n")}`);
    const never = places.filter(({ name }) => !reached.has(name)).map(({ name }) => name);
    if (never.length > 0) note(`not counted, as nothing of ours reaches them in any case: ${never.join(", ")}`);
  });
  if (!filtersNodes)
    note(
      "This cluster does not filter what pods send to the address of a node, where its API server is: nothing can be shown of that here.",
    );
  await withoutEachKind(smoke, pods, places, filtersNodes);
}
