import { Refusal } from "@lacio/chassis/errors";
import express, { Router } from "express";
import type { App } from "../app.ts";
import { resetPassword } from "../rpc/reset-password.ts";
import { escaped, page } from "./page.ts";

export function setPasswordPage(app: App): Router {
  const router = Router();
  router.get("/", (req, res) => page(res, 200, "Elige tu contraseña", form(String(req.query.token ?? ""))));
  router.post("/", express.urlencoded({ extended: false, limit: "4kb" }), async (req, res) => {
    // A field that is sent twice arrives as a list.
    const fields = (req.body ?? {}) as { token?: unknown; password?: unknown };
    const [token, password] = [String(fields.token ?? ""), String(fields.password ?? "")];
    if (password.length < 8 || password.length > 128)
      return page(res, 400, "Elige tu contraseña", form(token, "Usa entre 8 y 128 caracteres."));
    try {
      await resetPassword(app)({ token, password } as never, undefined as never);
      page(res, 200, "Contraseña guardada", "<p>Ya puedes iniciar sesión con ella.</p>");
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      page(res, 400, "El enlace ya no sirve", "<p>Este enlace ya se usó o está vencido. Pide uno nuevo.</p>");
    }
  });
  return router;
}

const form = (token: string, problem = "") => `<form method="post">${problem && `<p role="alert">${problem}</p>`}
<input type="hidden" name="token" value="${escaped(token)}">
<label>Contraseña nueva<input type="password" name="password" minlength="8" maxlength="128" autocomplete="new-password" required autofocus></label>
<button>Guardar</button></form>`;
