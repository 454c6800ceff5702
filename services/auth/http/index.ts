import express, { type Express } from "express";
import type { App } from "../app.ts";
import { jwks } from "./jwks.ts";
import { setPasswordPage } from "./set-password-page.ts";
import { verifyEmailPage } from "./verify-email-page.ts";

export function http(app: App): Express {
  const server = express();
  server.disable("x-powered-by");
  server.get("/.well-known/jwks.json", jwks(app));
  server.use("/links/verify-email", verifyEmailPage(app));
  server.use("/links/set-password", setPasswordPage(app));
  return server;
}
