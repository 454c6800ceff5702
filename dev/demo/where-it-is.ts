import fs from "node:fs";
import os from "node:os";
import path from "node:path";

interface Whereabouts {
  edge: string;
  /** File with the edge's certificate, or its authority's. */
  certificate: string;
  mail: string;
  /** The provider's page, as this process reaches it. */
  checkout(url: string): string;
  /** For the invoice. */
  folder: string;
}

/**
 * Where the demo finds Lacio: in a container from EDGE_URL, EDGE_CA_FILE, MAIL_URL and CHECKOUT_URL, the provider's pages seen from there (a
 * browser may see them elsewhere); else where `npm start` says that it runs. Ends the process when there is neither.
 */
export function whereItIs(): Whereabouts {
  const { EDGE_URL, EDGE_CA_FILE, MAIL_URL, CHECKOUT_URL } = process.env;
  if (EDGE_URL && EDGE_CA_FILE && MAIL_URL && CHECKOUT_URL) {
    const checkout = (url: string) => new URL(new URL(url).pathname + new URL(url).search, CHECKOUT_URL).href;
    return { edge: EDGE_URL, certificate: EDGE_CA_FILE, mail: MAIL_URL, checkout, folder: os.tmpdir() };
  }
  const folder = path.resolve(import.meta.dirname, "../../.lacio");
  const runFile = path.join(folder, "run.json");
  if (!fs.existsSync(runFile))
    end(
      "Lacio does not run: start it with `npm start` in another terminal, then try again. In a container: EDGE_URL, EDGE_CA_FILE, MAIL_URL, CHECKOUT_URL.",
    );
  const { urls, certificate } = JSON.parse(fs.readFileSync(runFile, "utf8")) as { urls: Record<string, string>; certificate: string };
  if (!urls.edge) end("This start has no edge (there is no Envoy for this machine), and the demo goes through it.");
  return { edge: urls.edge, certificate, mail: urls.mail!, checkout: (url) => url, folder };
}

function end(why: string): never {
  console.error(why);
  process.exit(1);
}
