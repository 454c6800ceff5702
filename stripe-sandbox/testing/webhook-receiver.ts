import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import Stripe from "stripe";

export const webhookSecret = "whsec_sandbox0123456789";

export interface Received {
  event: Stripe.Event;
  signedAt: number;
  socketPort: number;
}

/** A webhook endpoint; signatures are verified by Stripe's own library. */
export async function receiveWebhooks() {
  const received: Received[] = [];
  let answers: number[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const signature = String(request.headers["stripe-signature"]);
      const event = Stripe.webhooks.constructEvent(body, signature, webhookSecret);
      received.push({ event, signedAt: Number(/t=(\d+)/.exec(signature)?.[1]), socketPort: request.socket.remotePort ?? 0 });
      response.writeHead(answers.shift() ?? 200).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/webhooks/stripe`,
    received,
    types: () => received.map(({ event }) => event.type),
    /** The status codes of the next answers; 200 after them. */
    answerNext: (...statuses: number[]) => void (answers = statuses),
    forget: () => void (received.length = 0),
    stopListening: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
    listenAgain: async () => {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
    },
    close: async () => {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}
