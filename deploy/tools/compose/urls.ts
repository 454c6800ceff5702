import { admin, client, password, stylists } from "@lacio/testkit/people";
import { until } from "@lacio/testkit/testing/until";

// The last one-shot of compose.yaml: waits until the demo salon can be booked through the edge, and says where to go. From the environment: EDGE_URL,
// where this container reaches the edge, and the addresses as a browser on this machine writes them.
const { EDGE_URL, PUBLIC_URL, MAIL_URL, STRIPE_URL } = process.env;
await until(async () => (await pageAnswers()) && (await somethingIsFree()), { timeoutMs: 300_000 });

console.log(`
  Lacio runs.

  pages      ${PUBLIC_URL}          (its certificate is its own: the browser asks once)
  API        ${PUBLIC_URL}/v1/services
  mailbox    ${MAIL_URL}
  provider   ${STRIPE_URL}/_sandbox/objects

  ADMIN      ${admin.email}   ${admin.password}
  STYLIST    ${Object.values(stylists)[0]!.email}   ${password}
  CLIENT     ${client.email}   ${password}

  A booking, step by step:   docker compose --profile demo run --rm demo
  Its end, data too:         docker compose down --volumes
`);

async function pageAnswers(): Promise<boolean> {
  return (await ask("/")).ok;
}

function ask(path: string): Promise<Response> {
  return fetch(`${EDGE_URL}${path}`, { signal: AbortSignal.timeout(5_000) });
}

/** What the seed waits for at its end, too. */
async function somethingIsFree(): Promise<boolean> {
  const { services } = (await (await ask("/v1/services")).json()) as { services: { id: string }[] };
  const today = Temporal.Now.plainDateISO("America/Bogota");
  const days = `date=${today}&toDate=${today.add({ days: 14 })}`;
  const { slots } = (await (await ask(`/v1/availability?serviceId=${services.at(-1)!.id}&${days}`)).json()) as { slots: unknown[] };
  return slots.length > 0;
}
