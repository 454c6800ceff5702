import { afterEach, expect, test } from "@jest/globals";
import type { EdgeOptions } from "@lacio/envoy/edge";
import { startEdge, type TestEdge } from "@lacio/envoy/testing/edge";
import { fakeHttp } from "@lacio/envoy/testing/services";
import { visit, type Attack } from "./attacks/attack.ts";
import { slowPosts } from "./attacks/slow-posts.ts";
import { unfinishedBodies } from "./attacks/unfinished-bodies.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

test("120 slow forms keep no page from anybody", async () => {
  const edge = await open({ requestSeconds: 600 });
  const attack = begun(await slowPosts(edge.url));
  await honestClientIsServed(edge);
  expect(attack.held()).toBe(120);
});

test.each(["/v1/auth/refresh", "/webhooks/stripe"])("bodies without end for %s switch nobody else off", async (path) => {
  // One connection fills 3 % of this heap: the overload manager checks ten times a second, and resets streams while the pressure rises.
  const edge = await open({ heapMb: 256, requestSeconds: 600, requestsPerAddressPerSecond: 10_000 });
  begun(await unfinishedBodies(edge.url, path, { connections: 48 }));
  await honestClientIsServed(edge);
});

async function open(options: Partial<EdgeOptions> = {}): Promise<TestEdge> {
  const web = await fakeHttp(() => undefined);
  ends.push(() => web.stop());
  const edge = await startEdge({ web: ["127.0.0.1", web.port], ...options });
  ends.push(() => edge.stop());
  return edge;
}

function begun(attack: Attack): Attack {
  ends.push(() => attack.stop());
  return attack;
}

/** Repeated requests from another address during the attack: all are answered, most of them within two seconds. */
async function honestClientIsServed({ url }: TestEdge) {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    for (const path of ["/v1/services", "/"]) {
      const { status, ms } = await visit(url, path);
      expect([path, status]).toEqual([path, 200]);
      times.push(ms);
    }
  }
  expect(times.sort((a, b) => a - b)[5]).toBeLessThan(2_000);
}
