import { afterEach, expect, test } from "@jest/globals";
import { startSandbox, type Sandbox } from "./testing/sandbox.ts";

let sandbox: Sandbox;
afterEach(() => sandbox?.close());

// All of 127.0.0.0/8 is this machine: the second address stands for the one that a pod is called at.
const atAnotherAddress = () => fetch(`${sandbox.url.replace("127.0.0.1", "127.0.0.2")}/_sandbox/health`);

test("it listens on loopback alone, unless BIND_ADDRESS says otherwise", async () => {
  sandbox = await startSandbox();
  expect((await sandbox.control("GET", "/health")).status).toBe(200);
  await expect(atAnotherAddress()).rejects.toThrow("fetch failed");
});

test("with BIND_ADDRESS=0.0.0.0 it answers at every address", async () => {
  sandbox = await startSandbox({ BIND_ADDRESS: "0.0.0.0" });
  expect((await atAnotherAddress()).status).toBe(200);
});
