import { PUBLIC_URL } from "$app/env/private";

const closed = ["/reservas", "/cuenta", "/entrar", "/registro", "/olvide", "/salir", "/links/", "/pago/"];

export const GET = () => {
  const lines = [
    "User-agent: *",
    ...closed.flatMap((path) => [`Disallow: ${path}`, `Disallow: /en${path}`]),
    `Sitemap: ${new URL("/sitemap.xml", PUBLIC_URL)}`,
  ];
  return new Response(`${lines.join("\n")}\n`, {
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "public, max-age=3600" },
  });
};
