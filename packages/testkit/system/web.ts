import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { inherited, peerUrls, salon, type Surroundings } from "../environment.ts";
import { startNode, type PortedChild, type ProcessSettings } from "./services.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const web = path.join(root, "web");
const sources = ["src/**/*", "static/**/*", "messages/**/*", "project.inlang/settings.json", "package.json", "vite.config.ts", "texts.ts"];
const stamp = path.join(web, "build/sources.sha256");

/** Builds the web when its sources or the contracts are not the ones of the last build. Answers whether it did. */
export async function buildWeb(): Promise<boolean> {
  const now = fingerprint();
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === now) return false;
  const vite = path.join(root, "node_modules/vite/bin/vite.js");
  const env = { ...inherited(), NODE_ENV: "production" }; // under any other value Vite makes a development build
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [vite, "build"], { cwd: web, env, maxBuffer: 64 * 1024 * 1024 });
  // The plugin only warns of a message file that can't be read, and then all texts of the pages would be missing.
  const silent = /PluginImportError|IMPORT_IS_UNDEFINED/.exec(stdout + stderr);
  if (silent) throw new Error(`The web was built without its texts: ${silent[0]}\n${stdout}${stderr}`);
  fs.writeFileSync(stamp, now);
  return true;
}

function fingerprint(): string {
  const files = fs.globSync(sources, { cwd: web, exclude: (name) => name.includes("paraglide") }).map((file) => path.join(web, file));
  const packages = fs.globSync("packages/{calendar,chassis,salon}/*.ts", { cwd: root }).map((file) => path.join(root, file));
  const all = [...files, ...packages, path.join(root, "packages/proto/gen/lacio.binpb"), path.join(root, "package-lock.json")].sort();
  const hash = createHash("sha256");
  for (const file of all) if (fs.statSync(file).isFile()) hash.update(path.relative(root, file)).update(fs.readFileSync(file));
  return hash.digest("hex");
}

export type WebPorts = { port: number; ops: number };

/** The web's server as in its container: behind the edge, it takes protocol and client address from the forwarding headers. */
export function startWeb(
  around: Pick<Surroundings, "ports" | "publicUrl" | "stripeUrl">,
  settings: ProcessSettings,
  { port, ops }: WebPorts,
  behindEdge: boolean,
): Promise<PortedChild> {
  const env = {
    ...webEnvironment(peerUrls(around.ports), around.publicUrl, around.stripeUrl),
    NODE_ENV: "production",
    HOST: "127.0.0.1",
    PORT: String(port),
    OPS_PORT: String(ops),
    PROTOCOL_HEADER: "x-forwarded-proto",
    ADDRESS_HEADER: "x-forwarded-for",
    XFF_DEPTH: "1",
    SHUTDOWN_TIMEOUT: "5",
    KEEP_ALIVE_TIMEOUT: "3900", // longer than Envoy's idle timeout of an hour: a reused connection must not close just then
  };
  return startNode({
    ...settings,
    name: "web",
    args: [behindEdge ? "web/build/index.js" : "packages/testkit/system/web-without-edge.ts"],
    env,
    health: `http://127.0.0.1:${ops}/readyz`,
    port,
  });
}

/** The web's environment variables; `peers` are AUTH_URL, USERS_URL, … */
export const webEnvironment = (peers: Record<string, string>, publicUrl: string, stripeUrl?: string): Record<string, string> => ({
  ...peers,
  PUBLIC_URL: publicUrl,
  CHECKOUT_ORIGINS: stripeUrl ?? "https://checkout.stripe.com",
  SALON_TIME_ZONE: salon.timeZone,
  SALON_NAME: salon.name,
  SALON_ADDRESS: salon.street,
  SALON_CITY: salon.city,
  SALON_PHONE: salon.phone,
  SALON_HOURS: salon.hours,
});
