import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { bootstrap } from "./bootstrap.ts";
import { edgeOf, type Edge, type EdgeOptions } from "./edge.ts";
import { clusters } from "./clusters.ts";
import { edgeTable } from "./edge-table.ts";
import { claimHeaders, jwtRules, required } from "./jwt.ts";
import { privatePrefixes } from "./public-manager.ts";
import { optionsFrom } from "./render.ts";
import { routes } from "./routes.ts";
import { testOptions } from "./testing/edge.ts";
import { validate } from "./testing/envoy.ts";
import { transcoder } from "./transcoder.ts";

let dir: string;
let options: EdgeOptions;
let edge: Edge;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "lacio-edge-"));
  options = await testOptions(dir, [8443, 9090, 9901, 9], 8080, 8081);
  edge = edgeOf(options);
});
afterAll(() => rmSync(dir, { recursive: true }));

const table = edgeTable();
const web: EdgeOptions["web"] = ["web", 3000];

describe("Envoy itself accepts it", () => {
  test("as the tests run it", async () => {
    expect(await validate(dir, bootstrap(options))).toMatch(/configuration .* OK/);
  });

  test("with the web and without traces, free of warnings", async () => {
    const said = await validate(dir, bootstrap({ ...options, web, otlp: undefined }));
    expect(said).toMatch(/configuration .* OK/);
    expect(said).not.toMatch(/"level":"(warning|error|critical)"|deprecated/i);
  });

  test("with a streaming method", async () => {
    const streams = ["lacio.booking.v1.BookingService/WatchBookings"];
    expect(await validate(dir, bootstrap(options, { ...table, streams }))).toMatch(/configuration .* OK/);
  });

  test("as rendered from an environment", async () => {
    const few = { ACCOUNT_CALLS_PER_ADDRESS_PER_MINUTE: "60", ACCOUNT_CALLS_BURST: "10", WEB_SOCKETS: "true" };
    const env = { CERT_DIR: dir, WEB_URL: "http://web:3000", OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel:4318", ...few };
    expect(await validate(dir, bootstrap(optionsFrom(env, dir)))).toMatch(/configuration .* OK/);
  });
});

describe("routes", () => {
  test("every service of the contracts has one", () => {
    for (const { service, cluster } of table.services) {
      expect(routes(edge)).toContainEqual(
        expect.objectContaining({ match: { prefix: `/${service}/` }, route: expect.objectContaining({ cluster }) as unknown }),
      );
    }
  });

  test("every cluster that is named anywhere exists", () => {
    const withAll = { ...options, web };
    const known = clusters(edgeOf(withAll)).map(({ name }) => name);
    const { static_resources } = bootstrap(withAll) as { static_resources: object };
    const named = [...valuesOf(static_resources, ["cluster", "cluster_name"])];
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !known.includes(name as string))).toEqual([]);
  });

  test("hidden methods come before the service that has them", () => {
    const paths = routes(edge).map(({ match }) => match.path ?? match.prefix);
    for (const method of table.internal) {
      const service = `/${method.split("/")[0]}/`;
      expect(paths.indexOf(`/${method}`)).toBeGreaterThanOrEqual(0);
      expect(paths.indexOf(`/${method}`)).toBeLessThan(paths.indexOf(service));
    }
  });

  test("no route to an RPC port does without the token check", () => {
    const rpc = table.services.map(({ cluster }) => cluster);
    for (const { route, typed_per_filter_config } of routes(edge)) {
      if (rpc.includes(route.cluster ?? "")) expect(typed_per_filter_config ?? {}).not.toHaveProperty(["envoy.filters.http.jwt_authn"]);
    }
  });

  test("unary calls end by max_stream_duration alone", () => {
    for (const { service } of table.services) {
      const { route } = routes(edge).find(({ name }) => name === service)!;
      expect(route).toMatchObject({ max_stream_duration: { max_stream_duration: "30s", grpc_timeout_header_max: "30s" } });
      expect(route).not.toHaveProperty("timeout");
    }
  });
});

describe("tokens", () => {
  test("are required wherever no earlier rule says otherwise", () => {
    expect(jwtRules(table.anyone).at(-1)).toEqual({ match: { prefix: "/" }, requirement_name: required });
  });

  test("are waived for the open methods alone, by exact path", () => {
    const waived = jwtRules(table.anyone).filter(({ requirement_name }) => requirement_name === undefined);
    expect(waived).toEqual(table.anyone.map((method) => ({ match: { path: `/${method}` } })));
  });

  test("give headers that no caller can send", () => {
    for (const { header_name } of claimHeaders) {
      expect(privatePrefixes.some((prefix) => header_name.startsWith(prefix))).toBe(true);
    }
  });
});

test("no method gets a REST form that its contract does not give it", () => {
  expect(transcoder(edge).typed_config.auto_mapping).toBe(false);
});

test("a service without an address is an error, with its name", () => {
  const services = options.services.filter(({ name }) => name !== "invoice");
  expect(() => bootstrap({ ...options, services })).toThrow("no address for invoice");
  const withoutHttp = options.services.map(({ name, rpc }) => ({ name, rpc }));
  expect(() => bootstrap({ ...options, services: withoutHttp })).toThrow("no address for auth-http");
});

describe("the environment", () => {
  test("has defaults for a cluster", () => {
    const { services, loginsPerMinute, otlp, web: noWeb } = optionsFrom({});
    expect(services).toContainEqual({ name: "booking", rpc: ["booking", 8080] });
    expect(services).toContainEqual({ name: "auth", rpc: ["auth", 8080], http: ["auth", 8081] });
    expect({ loginsPerMinute, otlp, noWeb }).toEqual({ loginsPerMinute: 20 });
  });

  test("sets addresses and limits", () => {
    const env = {
      BOOKING_URL: "http://10.0.0.1:4000",
      LOGIN_PER_ADDRESS_PER_MINUTE: "5",
      CORS_ORIGINS: "https://a.co,https://b.co",
    };
    const { services, loginsPerMinute, origins } = optionsFrom(env);
    expect(services).toContainEqual({ name: "booking", rpc: ["10.0.0.1", 4000] });
    expect({ loginsPerMinute, origins }).toEqual({ loginsPerMinute: 5, origins: ["https://a.co", "https://b.co"] });
  });

  test("gives account calls a minute's worth at once unless told otherwise", () => {
    expect(edgeOf({ ...options, ...optionsFrom({}) })).toMatchObject({ accountCallsPerMinute: 600 });
    expect(optionsFrom({})).not.toHaveProperty("accountCallsBurst");
    const env = { ACCOUNT_CALLS_PER_ADDRESS_PER_MINUTE: "60", ACCOUNT_CALLS_BURST: "10" };
    expect(optionsFrom(env)).toMatchObject({ accountCallsPerMinute: 60, accountCallsBurst: 10 });
  });

  test("bounds what one address and one request may take", () => {
    expect(optionsFrom({})).toMatchObject({ requestsPerAddressPerSecond: 1000, requestSeconds: 15, heapMb: 384, webSockets: false });
    const env = { EDGE_REQUESTS_PER_ADDRESS_PER_SECOND: "50", EDGE_REQUEST_SECONDS: "5", EDGE_HEAP_MB: "96", WEB_SOCKETS: "true" };
    expect(optionsFrom(env)).toMatchObject({ requestsPerAddressPerSecond: 50, requestSeconds: 5, heapMb: 96, webSockets: true });
  });

  test("counts an empty variable as missing", () => {
    expect(optionsFrom({ EDGE_PORT: "", WEB_URL: "", BOOKING_URL: "", ACCOUNT_CALLS_BURST: "" })).toEqual(optionsFrom({}));
  });

  test.each([
    ["EDGE_PORT", "tcp://10.0.0.7:8443", "a whole number from 1 to 65535"], // what Kubernetes sets for a Service with the name "edge"
    ["LOGIN_PER_ADDRESS_PER_MINUTE", "0", "a whole number from 1 to 1000000"],
    ["EDGE_TRACE_SHARE_PERCENT", "101", "a whole number from 0 to 100"],
    ["EDGE_DRAIN_SECONDS", "1.5", "a whole number from 0 to 600"],
    ["WEB_SOCKETS", "yes", "true or false"],
    ["WEB_URL", "web:3000", "a URL that begins with http:// or https://"],
  ])("is refused with %s=%s", (name, value, wanted) => {
    expect(() => optionsFrom({ [name]: value })).toThrow(`- ${name} must be ${wanted}, not "${value}"`);
  });
});

function* valuesOf(node: unknown, keys: string[]): Generator {
  if (typeof node !== "object" || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if (keys.includes(key)) yield value;
    yield* valuesOf(value, keys);
  }
}
