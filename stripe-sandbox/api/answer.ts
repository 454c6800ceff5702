import { setTimeout as wait } from "node:timers/promises";
import type { Request, Response } from "express";
import type { Config } from "../config.ts";
import { currentFaults, takeApiFault } from "../control/faults.ts";
import type { ApiFault, SavedAnswer } from "../objects.ts";
import { newId } from "../objects.ts";
import type { Store } from "../store.ts";
import { authenticate } from "./authenticate.ts";
import { ApiError } from "./errors.ts";
import { expand } from "./expand.ts";
import type { Fields } from "./fields.ts";
import { findAnswer, fingerprint, keyInUse } from "./idempotency.ts";

export interface World {
  config: Config;
  store: Store;
}

export interface Call {
  id: string;
  idempotencyKey: string | null;
  path: string;
  pathId: string;
  fields: Fields;
  now: number;
}

/** One call of the API. It is synchronous, so that its changes and the answer under its idempotency key are one transaction of the store. */
export type Behaviour = (world: World, call: Call) => object;

const keysInUse = new Set<string>();

export function answer(world: World, behaviour: Behaviour) {
  return async (request: Request, response: Response): Promise<void> => {
    const call = callOf(request);
    response.set("Request-Id", call.id);
    authenticate(request.headers.authorization, world.config.secretKey);
    const fault = takeApiFault(world.store);
    if (fault && !fault.afterEffect) return fail(response, fault);
    const key = call.idempotencyKey;
    if (key === null) return perform();
    response.set("Idempotency-Key", key);
    if (keysInUse.has(key)) throw keyInUse(key);
    const saved = findAnswer(world.store, key, endpointOf(request), call.fields.values, Date.now());
    if (saved) return fault ? fail(response, fault) : replay(response, saved);
    keysInUse.add(key);
    try {
      await perform();
    } finally {
      keysInUse.delete(key);
    }

    async function perform(): Promise<void> {
      const { delayMs } = currentFaults(world.store).api;
      if (delayMs > 0) await wait(delayMs);
      const { status, body } = effect(world, call, behaviour, endpointOf(request), fault);
      if (fault) return fail(response, fault);
      response.status(status).json(body);
    }
  };
}

function callOf(request: Request): Call {
  const isPost = request.method === "POST";
  const key = request.headers["idempotency-key"];
  return {
    id: newId("req", 14),
    idempotencyKey: isPost && typeof key === "string" && key ? key : null,
    path: request.path,
    pathId: String(request.params["id"] ?? ""),
    fields: { path: "", values: ((isPost ? request.body : request.query) ?? {}) as Record<string, unknown> },
    now: Math.floor(Date.now() / 1000),
  };
}

function endpointOf(request: Request): string {
  return `${request.method} ${request.path}`;
}

function replay(response: Response, saved: SavedAnswer): void {
  response.set({ "Idempotent-Replayed": "true", "Original-Request": saved.requestId }).status(saved.status).json(saved.body);
}

function effect(world: World, call: Call, behaviour: Behaviour, endpoint: string, fault: ApiFault | undefined) {
  const { store } = world;
  const remember = (status: number, body: object) => {
    if (call.idempotencyKey === null) return { status, body };
    // Stripe stores a 500 under the key as it stores a success. A closed connection loses the answer on its way: the stored one is unchanged.
    const told = fault && !fault.hangUp ? { status: fault.status, body: failure(fault) } : { status, body };
    const print = fingerprint(call.fields.values);
    store.put("answers", call.idempotencyKey, { at: Date.now(), endpoint, fingerprint: print, requestId: call.id, ...told });
    return { status, body };
  };
  try {
    return store.transact(() => remember(200, expand(store, behaviour(world, call), call.fields)));
  } catch (error) {
    if (!(error instanceof ApiError) || !error.kept) throw error;
    return store.transact(() => remember(error.status, { error: error.error }));
  }
}

function fail(response: Response, fault: ApiFault): void {
  if (fault.hangUp) response.destroy();
  else response.status(fault.status).json(failure(fault));
}

function failure(fault: ApiFault): object {
  const type = fault.status >= 500 ? "api_error" : "invalid_request_error";
  return { error: { type, message: "A fault set at /_sandbox/faults." } };
}
