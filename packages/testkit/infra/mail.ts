import path from "node:path";
import { startChild } from "../processes/child.ts";
import { leanFlags, leanNode } from "../processes/lean-node.ts";
import { freePort } from "../processes/ports.ts";
import type { InfraOptions, Mail } from "./servers.ts";

const maildev = path.resolve(import.meta.dirname, "../../../node_modules/maildev/dist/bin/maildev.js");

/** maildev: an SMTP server that accepts mail to every address and shows it in the browser. */
export async function startMail({ dir, supervise, mailPort }: InfraOptions): Promise<Mail> {
  const [smtp, web] = [await freePort(), await freePort(mailPort)];
  const address = ["-s", String(smtp), "--ip", "127.0.0.1", "-w", String(web), "--web-ip", "127.0.0.1"];
  const child = await startChild({
    name: "mail",
    command: process.execPath,
    // --silent: else it logs every sender and recipient.
    args: [...leanFlags, maildev, ...address, "--mail-directory", path.join(dir, "mail"), "--max-emails", "5000", "--silent"],
    env: { ...process.env, ...leanNode },
    dir,
    ready: async (signal) => (await fetch(`http://127.0.0.1:${web}/api/healthz`, { signal })).ok, // "/" answers 404 to anything but a browser
    supervise,
  });
  return Object.assign(child, { url: `http://127.0.0.1:${web}`, smtpUrl: `smtp://127.0.0.1:${smtp}`, port: web });
}
