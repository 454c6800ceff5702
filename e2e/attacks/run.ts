import fs from "node:fs";
import { visit } from "./attack.ts";
import { slowPosts } from "./slow-posts.ts";
import { unfinishedBodies } from "./unfinished-bodies.ts";

// `sh dev/run e2e/attacks/run.ts slow-posts` beside a running `npm start`: attacks for half a minute, with an honest request every second.
const attacks = {
  "slow-posts": (edge: string) => slowPosts(edge),
  "unfinished-calls": (edge: string) => unfinishedBodies(edge, "/v1/auth/refresh"),
  "unfinished-webhooks": (edge: string) => unfinishedBodies(edge, "/webhooks/stripe"),
};
const name = process.argv[2] as keyof typeof attacks;
if (!(name in attacks)) throw new Error(`Which attack? ${Object.keys(attacks).join(", ")}`);
const edge = (JSON.parse(fs.readFileSync(process.argv[3] ?? ".lacio/run.json", "utf8")) as { urls: { edge: string } }).urls.edge;

const attack = await attacks[name](edge);
for (let second = 0; second < 30; second++) {
  const visits = await Promise.all(
    ["/v1/services", "/"].map((path) => visit(edge, path).then(({ status, ms }) => `${path} ${status} in ${ms} ms`, String)),
  );
  console.log(`${second} s: ${attack.held()} held, answered ${JSON.stringify(attack.answers)}; ${visits.join(", ")}`);
  await new Promise((next) => setTimeout(next, 1_000));
}
attack.stop();
process.exit();
