import express, { type Express, type NextFunction, type Request, type Response } from "express";
import { answer, type World } from "./api/answer.ts";
import { ApiError } from "./api/errors.ts";
import { api } from "./api/index.ts";
import { checkoutRoutes } from "./checkout/routes.ts";
import { controlRoutes } from "./control/routes.ts";
import type { Deliverer } from "./webhooks/deliver-events.ts";

export function sandboxApp(world: World, deliverer: Deliverer): Express {
  const app = express();
  app.disable("x-powered-by").disable("etag").set("query parser", "extended");
  app.use("/_sandbox", controlRoutes(world.store, deliverer));
  app.use("/checkout", checkoutRoutes(world));
  app.use(express.urlencoded({ extended: true }));
  for (const [method, path, behaviour] of api) app[method](path, answer(world, behaviour));
  app.use((request) => {
    throw new ApiError(404, {
      type: "invalid_request_error",
      message: `Unrecognized request URL (${request.method}: ${request.path}).`,
    });
  });
  app.use(refuse);
  return app;
}

function refuse(error: unknown, _request: Request, response: Response, _next: NextFunction): void {
  if (error instanceof ApiError) {
    response.status(error.status).json({ error: error.error });
    return;
  }
  const status = statusOf(error);
  if (status < 500) {
    response.status(status).json({ error: { type: "invalid_request_error", message: String((error as Error).message) } });
    return;
  }
  console.error(error);
  response.status(500).json({ error: { type: "api_error", message: "The sandbox failed; see its log." } });
}

// The error of Express for a body that it cannot parse carries the status to answer.
function statusOf(error: unknown): number {
  const status = (error as { status?: unknown } | undefined)?.status;
  return typeof status === "number" && status >= 400 ? status : 500;
}
