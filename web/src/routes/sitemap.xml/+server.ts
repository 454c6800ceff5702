import { PUBLIC_URL } from "$app/env/private";
import { publicAddress } from "#lib/public-address.ts";
import { offers } from "#lib/server/catalogue.ts";
import type { RequestHandler } from "./$types";

/** The pages for search engines, in both languages. */
export const GET: RequestHandler = async ({ locals }) => {
  const paths = ["/", "/privacidad", ...(await offers(locals.api)).map(({ slug }) => `/reservar/${slug}`)];
  const inLanguage = (path: string, locale: "es" | "en") => publicAddress(path, PUBLIC_URL, locale);
  const entries = paths.flatMap((path) =>
    (["es", "en"] as const).map((locale) => {
      const others = (["es", "en"] as const).map(
        (one) => `<xhtml:link rel="alternate" hreflang="${one}" href="${inLanguage(path, one)}"/>`,
      );
      return `<url><loc>${inLanguage(path, locale)}</loc>${others.join("")}</url>`;
    }),
  );
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n${entries.join("\n")}\n</urlset>\n`;
  return new Response(xml, { headers: { "content-type": "application/xml; charset=utf-8", "cache-control": "public, max-age=3600" } });
};
