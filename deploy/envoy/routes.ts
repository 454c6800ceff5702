import { mayStore } from "./answer-headers.ts";
import type { Edge } from "./edge.ts";
import { keysCluster, webhooksCluster } from "./clusters.ts";
import { perAddress, unbuffered, upTo } from "./limits.ts";
import { typed, type Typed } from "./typed.ts";

/** The first match wins. A REST call is matched twice: as /v1/… for CORS, then by the RPC path that the transcoder has set. */
export function routes(edge: Edge): Route[] {
  const { table } = edge;
  const clusterOf = (method: string) => table.services.find(({ service }) => method.startsWith(`${service}/`))!.cluster;
  return [
    ...table.internal.map((method) => nowhere({ path: `/${method}` })),
    {
      name: "login",
      match: { path: `/${table.login}` },
      route: unary(clusterOf(table.login)),
      typed_per_filter_config: perAddress("login", edge.loginsPerMinute),
    },
    // One route for the calls of a service, so that they share one bucket.
    ...[...Map.groupBy(table.accountCalls, (method) => method.split("/")[0]!)].map(([service, methods]) => ({
      name: "account-calls",
      match: { safe_regex: { regex: `/${service.replaceAll(".", "\\.")}/(${methods.map((method) => method.split("/")[1]).join("|")})` } },
      route: unary(clusterOf(methods[0]!)),
      typed_per_filter_config: perAddress("account-calls", edge.accountCallsPerMinute, edge.accountCallsBurst),
    })),
    ...table.streams.map((method) => ({
      name: "stream",
      match: { path: `/${method}` },
      route: { cluster: clusterOf(method), timeout: "0s", idle_timeout: "600s" },
      typed_per_filter_config: unbuffered,
    })),
    ...table.services.map(({ service, cluster }) => ({
      name: service,
      match: { prefix: `/${service}/` },
      route: unary(cluster),
    })),
    {
      name: "keys",
      match: { path: "/.well-known/jwks.json" },
      route: { cluster: keysCluster, timeout: "2s" },
      typed_per_filter_config: noToken,
    },
    {
      name: "stripe-webhook",
      match: { path: "/webhooks/stripe", headers: [{ name: ":method", string_match: { exact: "POST" } }] },
      route: { cluster: webhooksCluster, timeout: "20s" },
      typed_per_filter_config: { ...noToken, ...upTo(256) },
    },
    ...rest(edge),
  ];
}

/** Unknown paths under the API's prefixes never fall through to the web. */
function rest(edge: Edge): Route[] {
  if (!edge.web) return [nowhere({ prefix: "/" })];
  return [
    nowhere({ path_separated_prefix: "/v1" }),
    nowhere({ prefix: "/lacio." }),
    nowhere({ prefix: "/grpc." }),
    nowhere({ path_separated_prefix: "/webhooks" }),
    {
      name: "web-accounts", // the pages' forms that compute password hashes or send mail
      match: { safe_regex: { regex: accountForms }, headers: [{ name: ":method", string_match: { exact: "POST" } }] },
      route: { cluster: "web", timeout: "30s" },
      typed_per_filter_config: { ...ofTheWeb, ...perAddress("web-accounts", edge.accountFormsPerMinute) },
    },
    ...(edge.webSockets ? [webSockets] : []),
    {
      name: "web-reads",
      match: { prefix: "/", headers: [{ name: ":method", string_match: { safe_regex: { regex: "GET|HEAD" } } }] },
      route: { ...page, retry_policy: retries("reset") },
      typed_per_filter_config: ofTheWeb,
    },
    { name: "web", match: { prefix: "/" }, route: page, typed_per_filter_config: ofTheWeb },
  ];
}

const page = { cluster: "web", timeout: "0s", idle_timeout: "60s" };

/**
 * Requests that surely never reached a service are sent again. `more` names further cases: "reset" is a connection that ended before an
 * answer began, as a kept one of an HTTP/1.1 server that stops. Only for what may be done twice: no GET of the web changes anything.
 */
export const retries = (...more: string[]) => ({
  retry_on: ["connect-failure", "refused-stream", "reset-before-request", ...more].join(),
  num_retries: 2,
  retry_back_off: { base_interval: "0.025s", max_interval: "0.25s" },
});

const accountForms = "/(en/)?(entrar|registro|olvide|links/[^/]*|cuenta/(borrar|clave|correo))";

/**
 * The services' longest deadline. Not `timeout`: Envoy ignores it when max_stream_duration is set, and on its own it answers gRPC clients
 * "unavailable" instead of "deadline exceeded".
 */
const unary = (cluster: string) => ({
  cluster,
  max_stream_duration: { max_stream_duration: "30s", grpc_timeout_header_max: "30s" },
});

const noToken = {
  "envoy.filters.http.jwt_authn": typed("extensions.filters.http.jwt_authn.v3.PerRouteConfig", { disabled: true }),
};

/** The largest form field, the reason of a cancellation, has 500 characters. */
const ofTheWeb = { ...noToken, ...mayStore, ...upTo(64) };

/** Hot reload of the development server; the built web has no websockets. */
const webSockets: Route = {
  name: "web-sockets",
  match: { prefix: "/", headers: [{ name: "upgrade", string_match: { exact: "websocket", ignore_case: true } }] },
  route: { cluster: "web", timeout: "0s", upgrade_configs: [{ upgrade_type: "websocket" }] },
  typed_per_filter_config: { ...noToken, ...mayStore, ...unbuffered },
};

/**
 * A 404 by routing to a cluster that does not exist, not by a direct response: the CORS filter skips those, and REST preflights match this
 * route first. The header is never present, as all of x-lacio- is stripped.
 */
const nowhere = (match: Route["match"]): Route => ({
  name: "nowhere",
  match,
  route: { cluster_header: "x-lacio-nowhere", cluster_not_found_response_code: "NOT_FOUND" },
  typed_per_filter_config: noToken,
});

export interface Route {
  name: string;
  match: { path?: string; prefix?: string; path_separated_prefix?: string; safe_regex?: { regex: string }; headers?: object[] };
  route: { cluster?: string; [field: string]: unknown };
  typed_per_filter_config?: Record<string, Typed>;
}
