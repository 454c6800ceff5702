import { admin, client, password, stylists } from "@lacio/testkit/people";
import { until } from "@lacio/testkit/testing/until";

// The last one-shot of compose.yaml: waits until the edge and the web are ready, and says where to go. From the environment: READY_URLS, which have
// to answer 2xx, separated by spaces, and the addresses as a browser on this machine writes them.
const { READY_URLS = "", PUBLIC_URL = "", MAIL_URL = "", STRIPE_URL = "" } = process.env;
for (const url of READY_URLS.split(" ").filter(Boolean))
  await until(async () => (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok, { timeoutMs: 180_000 });

console.log(`
  Lacio runs.

  pages      ${PUBLIC_URL}          (its certificate is its own: the browser asks once)
  API        ${PUBLIC_URL}/v1/services
  mailbox    ${MAIL_URL}
  provider   ${STRIPE_URL}/_sandbox/objects

  ADMIN      ${admin.email}   ${admin.password}
  STYLIST    ${Object.values(stylists)[0]!.email}   ${password}
  CLIENT     ${client.email}   ${password}

  A booking, step by step:   docker compose run --rm demo
  Its end, data too:         docker compose down --volumes
`);
