import { getOption, type DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError, createContextKey, type HandlerContext, type Interceptor } from "@connectrpc/connect";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { access, type Access } from "@lacio/proto/options/v1/options";
import { decodeJwt, errors, jwtVerify, type JWTPayload } from "jose";
import type { ChassisConfig } from "./config.ts";
import type { EndedSessions } from "./ended-sessions.ts";
import { Refusal, unavailable } from "./errors.ts";
import type { KeySets } from "./keys.ts";

/** A signed-in person. */
export type Person = { kind: "person"; id: string; role: Caller_Role; sessionId: string };
export type Caller = Person | { kind: "service"; name: string } | { kind: "nobody" };

const callerKey = createContextKey<Caller>({ kind: "nobody" });

/** The authenticated caller of this RPC: "nobody" without a token, and in public methods also with an invalid one. */
export const caller = (ctx: HandlerContext): Caller => ctx.values.get(callerKey);

/** The person who makes this call. @throws Refusal `unauthenticated` for services and anonymous callers. */
export function person(ctx: HandlerContext): Person {
  const who = caller(ctx);
  if (who.kind === "person") return who;
  throw new Refusal("unauthenticated", "Sign in first.", Code.Unauthenticated);
}

export const isAdmin = (who: Caller): boolean => who.kind === "person" && who.role === Caller_Role.ADMIN;

/** Whether `who` may act on what belongs to `ownerId`: the owner, an ADMIN, or a service. */
export const mayAct = (who: Caller, ownerId: string): boolean =>
  who.kind === "service" || isAdmin(who) || (who.kind === "person" && who.id === ownerId);

/**
 * Authenticates the bearer token and authorises every RPC by its `access` option; a method without the option is refused to everybody.
 * @throws Refusal `unauthenticated`, `token_invalid`, `session_over`, `forbidden`, `not_found` (not one's own, by `self`), `unavailable`
 *   (keys, or the list of ended sessions, unreachable)
 */
export function checkAccess(config: ChassisConfig, keys: KeySets, ended: EndedSessions): Interceptor {
  const verified = tokenVerifier(config, keys);
  const verify: Verify = async (token) => {
    const who = await verified(token);
    if (who.kind === "person" && (await ended.has(who.sessionId))) throw sessionOver();
    return who;
  };
  return (next) => async (req) => {
    const rule = ruleOf(req.method);
    const anyone = rule.anyone || publicServices.has(req.service.typeName);
    const who = await identify(verify, req.header.get("authorization"), anyone);
    if (!anyone) refuseUnlessAllowed(rule, who, req.method, req.stream ? undefined : req.message);
    req.contextValues.set(callerKey, who);
    return next(req);
  };
}

export const sessionOver = () => new Refusal("session_over", "This session has ended; sign in again.", Code.Unauthenticated);

// Without the option getOption answers an empty message, which allows nobody.
function ruleOf(method: DescMethod): Access {
  const known = rules.get(method) ?? getOption(method, access);
  rules.set(method, known);
  return known;
}
const rules = new WeakMap<DescMethod, Access>();

const publicServices = new Set(["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"]);

function refuseUnlessAllowed(rule: Access, who: Caller, method: DescMethod, message?: Record<string, unknown>): void {
  if (who.kind === "nobody") throw new Refusal("unauthenticated", "Sign in first.", Code.Unauthenticated);
  const allowed = who.kind === "service" ? rule.callers.includes(who.name) : rule.roles.includes(who.role);
  if (!allowed) throw new Refusal("forbidden", "You may not do this.", Code.PermissionDenied);
  if (!rule.self || who.kind === "service" || isAdmin(who)) return;
  const field = method.input.fields.find((candidate) => candidate.name === rule.self);
  if (!field || message?.[field.localName] !== who.id) throw new Refusal("not_found", "There is no such resource.", Code.NotFound);
}

// In a public method an invalid token counts as none: a client whose token expired must be able to log in again.
async function identify(verify: Verify, header: string | null, anyone: boolean): Promise<Caller> {
  const token = header?.startsWith("Bearer ") ? header.slice(7) : undefined;
  if (!token) return { kind: "nobody" };
  try {
    return await verify(token);
  } catch (error) {
    if (anyone) return { kind: "nobody" };
    if (error instanceof errors.JOSEError)
      throw new Refusal("token_invalid", "The token is not valid or has expired.", Code.Unauthenticated);
    if (error instanceof ConnectError || error instanceof Refusal) throw error;
    throw unavailable("The keys to check the token cannot be reached; try again shortly.", error);
  }
}

type Verify = (token: string) => Promise<Caller>;

const cacheSize = 1_000;

/**
 * Verifies JWTs: people's by auth's JWKS, services' (Kubernetes service account tokens) by the cluster's. Caches verified tokens until
 * their `exp`. The verifier throws a JOSEError for an invalid token.
 */
function tokenVerifier(config: ChassisConfig, { people, services }: KeySets): Verify {
  const known = new Map<string, { who: Caller; exp: number }>();
  return async (token) => {
    const hit = known.get(token);
    if (hit && hit.exp > Date.now() / 1_000) return hit.who;
    known.delete(token);
    const fromService = issuerOf(token) === config.serviceTokenIssuer;
    const { payload } = await jwtVerify(token, fromService ? services.find : people.find, {
      issuer: fromService ? config.serviceTokenIssuer : config.tokenIssuer,
      audience: config.tokenAudience,
      algorithms: fromService ? ["ES256", "RS256"] : ["ES256"],
      requiredClaims: ["exp", "sub"],
    });
    const who = fromService ? serviceOf(payload, config.serviceTokenNamespace) : personOf(payload);
    if (known.size >= cacheSize) known.delete(known.keys().next().value!);
    known.set(token, { who, exp: payload.exp! });
    return who;
  };
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    throw new errors.JWTInvalid("not a JWT");
  }
}

function personOf(payload: JWTPayload): Caller {
  const role = Caller_Role[payload.role as keyof typeof Caller_Role];
  if (!role) throw new errors.JWTInvalid("unknown role");
  return { kind: "person", id: payload.sub!, role, sessionId: String(payload.sid ?? "") };
}

// The `sub` of a service account's token: kubernetes.io/docs/reference/access-authn-authz/authentication/#service-account-tokens
function serviceOf(payload: JWTPayload, namespace: string): Caller {
  const prefix = `system:serviceaccount:${namespace}:`;
  if (!payload.sub!.startsWith(prefix)) throw new errors.JWTInvalid("a service account of another namespace");
  return { kind: "service", name: payload.sub!.slice(prefix.length) };
}
