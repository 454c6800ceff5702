import type { Response } from "express";

/** A small page of its own for mailed links: no script, nothing loaded from elsewhere, `body` is trusted HTML. */
export function page(res: Response, status: number, title: string, body: string): void {
  res
    .status(status)
    .set({
      "content-security-policy":
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
    })
    .type("html")
    .send(`<!doctype html><html lang="es"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title} · Lacio</title>
<style>:root{color-scheme:light dark}body{font:1.05rem/1.5 system-ui,sans-serif;max-width:26rem;margin:12vh auto;padding:0 1.25rem}button,input{font:inherit;padding:.7rem 1rem;border-radius:.5rem;border:1px solid #8888;width:100%;box-sizing:border-box;margin:.3rem 0 1rem}button{background:#1f6f5c;color:#fff;border:0;cursor:pointer}</style>
<main><h1>${title}</h1>${body}</main></html>`);
}

export const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
