import { readFile } from "node:fs/promises";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from "jose";
import { ConfigError, type ChassisConfig } from "./config.ts";
import { unavailable } from "./errors.ts";
import type { Log } from "./log.ts";

export type Keys = {
  /** URL or file. */
  at: string;
  /** The key of a token. @throws JOSEError when there is none, Refusal `unavailable` while the set cannot be had */
  find: JWTVerifyGetKey;
  /** Fetches the set. @throws with status, or code, of the refusal */
  fetch: () => Promise<unknown>;
};

export type KeySets = { people: Keys; services: Keys };

/** The public keys (RFC 7517) that verify tokens: people's are auth's, services' the cluster's. Says at most every 10 s that a set is away. */
export function openKeys(config: ChassisConfig, log: Log): KeySets {
  const people = remote(config.jwksUrl, { cacheMaxAge: 300_000 });
  const source = config.serviceTokenJwks;
  if (!source) throw new ConfigError(["SERVICE_TOKEN_JWKS is missing"]);
  const bearing = { [customFetch]: withBearer(config.serviceTokenJwksBearerFile) };
  return { people: saying(log, people), services: saying(log, /^https?:/i.test(source) ? remote(source, bearing) : local(source)) };
}

function remote(at: string, options: { cacheMaxAge?: number; [customFetch]?: FetchImplementation }): Keys {
  const plain = options[customFetch] ?? fetch;
  const said = { ...options, [customFetch]: refusing(plain), cooldownDuration: 1_000, timeoutDuration: 2_000 };
  const find = createRemoteJWKSet(new URL(at), said);
  return { at, find, fetch: find.reload };
}

// Read again for each token that is not cached, so that rotated keys count at once.
function local(at: string): Keys {
  const read = async () => createLocalJWKSet(JSON.parse(await readFile(at, "utf8")) as JSONWebKeySet);
  return { at, find: async (...token) => (await read())(...token), fetch: read };
}

// Kubernetes' API server shows its keys to authenticated callers alone. The kubelet rotates the projected token: it is read at each fetch.
const withBearer =
  (file: string | undefined): FetchImplementation =>
  async (url, { headers, ...options }) => {
    if (file) headers.set("authorization", `Bearer ${(await readFile(file, "utf8")).trim()}`);
    return fetch(url, { headers, ...options });
  };

// jose's own error of another status does not say which.
const refusing =
  (get: FetchImplementation): FetchImplementation =>
  async (url, options) => {
    const answer = await get(url, options);
    if (answer.status !== 200) throw new Error(`answered with status ${answer.status}`);
    return answer;
  };

function saying(log: Log, { at, find, fetch }: Keys): Keys {
  let saidAt = -Infinity;
  return {
    at,
    fetch,
    async find(...token) {
      try {
        return await find(...token);
      } catch (error) {
        if (error instanceof errors.JOSEError && !away.has(error.code)) throw error;
        if (Date.now() - saidAt >= 10_000) {
          saidAt = Date.now();
          log.warn({ err: error, keys: at }, "the keys that verify tokens cannot be had");
        }
        throw unavailable("The keys to check the token cannot be reached; try again shortly.", error);
      }
    },
  };
}

// jose's codes for a set that is late, no JSON, or no JWKS; its others mean that the token is invalid.
const away = new Set(["ERR_JWKS_TIMEOUT", "ERR_JOSE_GENERIC", "ERR_JWKS_INVALID"]);
