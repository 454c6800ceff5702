import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "@jest/globals";

const root = path.resolve(import.meta.dirname, "../../..");

// An edge at which everything gets ready one after the other, as while the services start and the seed works.
const asked: string[] = [];
const answers: Record<string, unknown[]> = {
  "/": [undefined, "<html>"],
  "/v1/services": [{ services: [] }, { services: [{ id: "one" }, { id: "last" }] }],
  "/v1/availability": [{ slots: [] }, { slots: [{ start: "2026-12-01T14:00:00Z" }] }],
};
const edge = createServer((request, response) => {
  const { pathname } = new URL(request.url!, "http://edge");
  asked.push(request.url!);
  const all = answers[pathname]!;
  const answer = all.length > 1 ? all.shift() : all[0];
  response.writeHead(answer === undefined ? 503 : 200).end(JSON.stringify(answer));
});
afterAll(() => void edge.close());

test("the addresses are said when the page answers and a visit can be booked", async () => {
  await new Promise<void>((resolve) => edge.listen(0, "127.0.0.1", resolve));
  const EDGE_URL = `http://127.0.0.1:${(edge.address() as AddressInfo).port}`;
  const env = {
    ...process.env,
    EDGE_URL,
    PUBLIC_URL: "https://localhost:8443",
    MAIL_URL: "http://localhost:8025",
    STRIPE_URL: "http://localhost:8090",
  };
  const { stdout } = await promisify(execFile)(process.execPath, ["deploy/tools/compose/urls.ts"], { cwd: root, env });
  for (const line of ["pages      https://localhost:8443 ", "mailbox    http://localhost:8025", "ADMIN      admin@lacio.test"])
    expect(stdout).toContain(line);
  expect(asked.at(-1)).toMatch(/^\/v1\/availability\?serviceId=last&date=\d{4}-\d\d-\d\d&toDate=\d{4}-\d\d-\d\d$/);
  expect(Object.values(answers).map((left) => left.length)).toEqual([1, 1, 1]);
});
