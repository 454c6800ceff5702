import type { RequestHandler } from "express";
import type { App } from "../app.ts";

export const jwks = (app: App): RequestHandler =>
  async function jwks(_, res) {
    res.set("cache-control", "public, max-age=60").json(await app.keyring.jwks());
  };
