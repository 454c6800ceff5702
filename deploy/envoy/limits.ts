import type { Edge } from "./edge.ts";
import { extension, typed, type Extension, type Typed } from "./typed.ts";

const rateLimit = "extensions.filters.http.local_ratelimit.v3.LocalRateLimit";

/** The largest valid request, a schedule of 50 shifts, has about 10 KiB. */
export const maxCallBytes = 32 * 1024;

/** Buffers the body until it is complete and refuses it above the limit, so that a slow sender (slowloris) occupies no service. */
export const bodyLimit = extension("envoy.filters.http.buffer", "extensions.filters.http.buffer.v3.Buffer", {
  max_request_bytes: maxCallBytes,
});

/** A route's own body limit. */
export const upTo = (kib: number): Record<string, Typed> => perRouteBody({ buffer: { max_request_bytes: kib * 1024 } });

/** For streams and upgrades, which would never start if their body were buffered. */
export const unbuffered = perRouteBody({ disabled: true });

function perRouteBody(fields: object): Record<string, Typed> {
  return { "envoy.filters.http.buffer": typed("extensions.filters.http.buffer.v3.BufferPerRoute", fields) };
}

/**
 * Rate limit for all requests, before the body is read. The bucket of the client's address comes before the common one, so that a single
 * address can't use up the others' tokens.
 */
export const allRequests = ({ requestsPerAddressPerSecond: each, requestsPerSecond: all }: Edge): Extension =>
  extension("lacio.all-requests", rateLimit, {
    stat_prefix: "all",
    ...byAddress(bucket(all, all, "1s"), bucket(each, each, "1s")),
    response_headers_to_add: [{ header: { key: "retry-after", value: "1" } }],
  });

/** The filter for the routes' own limits: behind the transcoder, which turns REST paths into RPC paths. */
export const routesOwn = extension("envoy.filters.http.local_ratelimit", rateLimit, { stat_prefix: "none" });

/** A route's own limit per client address. Failed calls count too; tokens are refilled one by one, not once a minute. */
export function perAddress(stat_prefix: string, perMinute: number, burst = perMinute): Record<string, Typed> {
  return {
    "envoy.filters.http.local_ratelimit": typed(rateLimit, {
      stat_prefix,
      ...byAddress(bucket(burst * addressesAtFullRate, perMinute * addressesAtFullRate, "60s"), bucket(burst, perMinute, "60s")),
      enable_x_ratelimit_headers: "DRAFT_VERSION_03",
      response_headers_to_add: [{ header: { key: "retry-after", value: String(Math.ceil(60 / perMinute)) } }],
    }),
  };
}

const byAddress = (all: object, each: object): object => ({
  token_bucket: all,
  descriptors: [{ entries: [{ key: "masked_remote_address" }], token_bucket: each }], // no value: one bucket per address
  max_dynamic_descriptors: 50_000, // the default is 20 addresses: the 21st caller would reset the first one's bucket
  rate_limits: [{ actions: [{ masked_remote_address: { v4_prefix_mask_len: 32, v6_prefix_mask_len: 64 } }] }],
  filter_enabled: always,
  filter_enforced: always,
  rate_limited_as_resource_exhausted: true,
});

const bucket = (max_tokens: number, tokens_per_fill: number, fill_interval: string) => ({ max_tokens, tokens_per_fill, fill_interval });
const addressesAtFullRate = 100;
const always = { default_value: { numerator: 100 } };
