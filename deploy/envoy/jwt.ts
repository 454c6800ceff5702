import type { Edge } from "./edge.ts";
import { keysCluster } from "./clusters.ts";
import { extension, type Extension } from "./typed.ts";

/** Verifies people's access tokens with auth's JWKS. */
export function jwtAuthn(edge: Edge): Extension {
  return extension("envoy.filters.http.jwt_authn", "extensions.filters.http.jwt_authn.v3.JwtAuthentication", {
    bypass_cors_preflight: true,
    providers: { [people]: provider(edge) },
    requirement_map: { [required]: { provider_name: people } },
    rules: jwtRules(edge.table.anyone),
  });
}

/** The first match decides. A rule without requirement ignores the token, so that an expired one does not block the login. */
export function jwtRules(anyone: string[]): JwtRule[] {
  return [...anyone.map((method) => ({ match: { path: `/${method}` } })), { match: { prefix: "/" }, requirement_name: required }];
}

const provider = (edge: Edge) => ({
  issuer: edge.issuer,
  audiences: [edge.audience],
  require_expiration: true,
  clock_skew_seconds: 5,
  from_headers: [{ name: "authorization", value_prefix: "Bearer " }],
  forward: true, // the service verifies again
  claim_to_headers: claimHeaders,
  payload_in_metadata: "jwt",
  jwt_cache_config: { jwt_cache_size: 1000 },
  remote_jwks: {
    http_uri: { uri: `http://${keysCluster}/.well-known/jwks.json`, cluster: keysCluster, timeout: "2s" },
    // With async_fetch Envoy asks five seconds before this is over, and keeps what it has while auth is away. So short because Envoy
    // does not ask when it meets an unknown key, and auth may have to make one at once.
    cache_duration: "10s",
    // No fast_listener: its first fetch runs before the cluster exists, and always fails.
    async_fetch: { fast_listener: false, failed_refetch_duration: "1s" },
    retry_policy: { num_retries: 3 },
  },
});

export const claimHeaders = [{ header_name: "x-user-id", claim_name: "sub" }];

const people = "people";
export const required = "person";

export interface JwtRule {
  match: { path: string } | { prefix: string };
  requirement_name?: string;
}
