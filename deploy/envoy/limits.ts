import { extension, typed, type Typed } from "./typed.ts";

export const maxBodyBytes = 256 * 1024;

/** Holds the body back until it is whole, and refuses it above the limit. */
export const bodyLimit = extension("envoy.filters.http.buffer", "extensions.filters.http.buffer.v3.Buffer", {
  max_request_bytes: maxBodyBytes,
});

/** For streams and upgrades, which never start when held back. */
export const unbuffered = {
  "envoy.filters.http.buffer": typed("extensions.filters.http.buffer.v3.BufferPerRoute", { disabled: true }),
};

export const allRequests = (perSecond: number) =>
  extension("envoy.filters.http.local_ratelimit", rateLimit, {
    stat_prefix: "all",
    token_bucket: { max_tokens: perSecond, tokens_per_fill: perSecond, fill_interval: "1s" },
    ...enforced,
  });

/** A route's own limit per client address. Calls spend a token whatever their outcome. */
export function perAddress(stat_prefix: string, perMinute: number): Record<string, Typed> {
  return {
    "envoy.filters.http.local_ratelimit": typed(rateLimit, {
      stat_prefix,
      token_bucket: bucket(perMinute * addressesAtFullRate),
      ...enforced,
      enable_x_ratelimit_headers: "DRAFT_VERSION_03",
      response_headers_to_add: [{ header: { key: "retry-after", value: String(Math.ceil(60 / perMinute)) } }],
      max_dynamic_descriptors: 50_000, // the default is 20 addresses: the 21st caller would reset the first one's bucket
      descriptors: [{ entries: [{ key: "masked_remote_address" }], token_bucket: bucket(perMinute) }], // no value: one bucket per address
      rate_limits: [{ actions: [{ masked_remote_address: { v4_prefix_mask_len: 32, v6_prefix_mask_len: 64 } }] }],
    }),
  };
}

const addressesAtFullRate = 100;
const bucket = (perMinute: number) => ({ max_tokens: perMinute, tokens_per_fill: perMinute, fill_interval: "60s" });
const always = { default_value: { numerator: 100 } };
const enforced = { filter_enabled: always, filter_enforced: always, rate_limited_as_resource_exhausted: true };
const rateLimit = "extensions.filters.http.local_ratelimit.v3.LocalRateLimit";
