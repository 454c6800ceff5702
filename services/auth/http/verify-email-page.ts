import { Refusal } from "@lacio/chassis/errors";
import express, { Router } from "express";
import type { App } from "../app.ts";
import { verifyEmail } from "../rpc/verify-email.ts";
import { escaped, page } from "./page.ts";

// The link only shows a button: mail scanners open links, they do not press buttons.
export function verifyEmailPage(app: App): Router {
  const router = Router();
  router.get("/", (req, res) => {
    const token = escaped(String(req.query.token ?? ""));
    page(
      res,
      200,
      "Confirma tu correo",
      `<form method="post"><input type="hidden" name="token" value="${token}"><button>Confirmar mi correo</button></form>`,
    );
  });
  router.post("/", express.urlencoded({ extended: false, limit: "4kb" }), async (req, res) => {
    try {
      await verifyEmail(app)({ token: String((req.body as { token?: unknown })?.token ?? "") } as never, undefined as never);
      page(res, 200, "Correo confirmado", "<p>Gracias. Ya puedes cerrar esta página.</p>");
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      page(res, 400, "El enlace ya no sirve", "<p>Este enlace ya se usó o está vencido. Pide uno nuevo.</p>");
    }
  });
  return router;
}
