import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { devCertificate } from "@lacio/testkit/system/edge";
import { sharedSystem } from "@lacio/testkit/testing";
import type { Report } from "@lacio/tools/load/report";
import { expectNoOverlap, expectSoldOnce, sold } from "./invariants.ts";
import { ensureNumbering, openSalon } from "./salon.ts";

const system = sharedSystem();
/** As who has no way to the services but the edge. */
const throughEdge = {
  ...system,
  urls: { ...system.urls, ...Object.fromEntries(Object.keys(system.databaseUrls).map((name) => [name, system.urls.edge!])) },
};
const root = path.resolve(import.meta.dirname, "..");

/** Runs the program as its pod does. */
async function load(env: Record<string, string>): Promise<Report> {
  const settings = { EDGE_URL: system.urls.edge!, EDGE_CA_FILE: system.certificate, CHECKOUT_URL: system.urls.stripe!, ...env };
  const { stdout } = await promisify(execFile)(process.execPath, ["deploy/tools/load.ts"], {
    cwd: root,
    env: { ...process.env, ...settings },
  });
  return JSON.parse(stdout) as Report;
}

test("the load's visitors read, book and pay, and it reports every request and every sale", async () => {
  await ensureNumbering(throughEdge);
  const { serviceId, staffIds } = await openSalon(throughEdge, { stylists: 2 });
  const salon = { LOAD_SERVICE_ID: serviceId, LOAD_STAFF_IDS: staffIds.join() };
  const report = await load({ ...salon, LOAD_REQUESTS: "100", LOAD_REQUESTS_PER_SECOND: "40" });

  expect(report.failed).toEqual([]);
  expect(report.requests).toBeGreaterThanOrEqual(100);
  expect(Object.keys(report.byKind).sort()).toEqual([
    "availability",
    "book",
    "bookings",
    "confirmation",
    "page",
    "pay",
    "register",
    "services",
  ]);
  expect(report.sales.length).toBe(report.byKind.book);
  expect(report.sales.length).toBeGreaterThan(1);
  for (const sale of report.sales) {
    await sold(system, sale);
    await expectSoldOnce(system, sale);
  }
  await expectNoOverlap(system);
});

test("an edge that fails is reported: an answer that is not 200, a reset, and none in time", async () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), "lacio-load-"));
  const certificate = await devCertificate(dir);
  const [cert, key] = [certificate, path.join(path.dirname(certificate), "key.pem")].map((file) => readFileSync(file));
  const edge = http2.createSecureServer({ cert, key, allowHTTP1: true }, (request, answer) => {
    if (request.url.startsWith("/v1/availability")) {
      if (request.httpVersion === "2.0") request.stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
      else request.socket.destroy();
    } else if (request.url.startsWith("/v1/")) answer.writeHead(503).end("no healthy upstream"); // the pages get no answer
  });
  await new Promise<void>((resolve) => edge.listen(0, "127.0.0.1", resolve));
  try {
    const report = await load({
      EDGE_URL: `https://localhost:${(edge.address() as AddressInfo).port}`,
      EDGE_CA_FILE: certificate,
      LOAD_SERVICE_ID: crypto.randomUUID(),
      LOAD_STAFF_IDS: crypto.randomUUID(),
      LOAD_REQUESTS: "60",
      LOAD_REQUESTS_PER_SECOND: "60",
      LOAD_PATIENCE_MS: "500",
    });
    const why = Object.groupBy(report.failed, ({ kind }) => kind);
    expect(report.failed).toHaveLength(report.requests);
    expect(Object.keys(why).sort()).toEqual(["availability", "page", "register", "services"]);
    for (const { why: said } of why.services!) expect(said).toBe("503 no healthy upstream");
    for (const { why: said } of why.availability!) expect(said).toMatch(/ECONNRESET|ERR_HTTP2_STREAM_ERROR/);
    for (const { why: said } of why.page!) expect(said).toBe("no answer in 0.5 s");
    expect(report.sales).toEqual([]);
  } finally {
    edge.close();
    rmSync(dir, { recursive: true });
  }
});
