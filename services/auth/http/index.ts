import express, { type Express } from "express";
import type { App } from "../app.ts";
import { jwks } from "./jwks.ts";

export function http(app: App): Express {
  const server = express();
  server.disable("x-powered-by");
  server.get("/.well-known/jwks.json", jwks(app));
  return server;
}
