import fs from "node:fs";
import path from "node:path";
import { permissions } from "@lacio/permissions/table";

/** One image: what the Dockerfile needs to know, and what it has to hold. */
export interface Image {
  /** lacio/<name>. */
  name: string;
  target: "service" | "program" | "web" | "edge" | "tools" | "dev";
  /** Its folder. */
  workspace: string;
  description: string;
  /** Its own part, beside RUNTIME_IMAGE, in MB of 10^6 bytes. */
  ownMb: number;
  /** Whether its process ends with 78 when its environment says nothing: then all its modules could be loaded. */
  refusesNothing: boolean;
}

/** Every image: one of each service in the table of permissions, and what is no service. */
export const images: Image[] = [
  ...Object.keys(permissions).map((name) => ({
    name,
    target: "service" as const,
    workspace: `services/${name}`,
    description: `Lacio's service ${name}`,
    ownMb: ["payments", "invoice"].includes(name) ? 60 : 45, // Stripe's SDK; fonts
    refusesNothing: true,
  })),
  {
    name: "provisioner",
    target: "program",
    workspace: "deploy/provisioner",
    description: "Keeps NATS's streams and consumers as Lacio's services need them",
    ownMb: 45,
    refusesNothing: true,
  },
  {
    name: "stripe-sandbox",
    target: "program",
    workspace: "stripe-sandbox",
    description: "Plays the part of Stripe that Lacio uses; not for production",
    ownMb: 10,
    refusesNothing: true,
  },
  { name: "web", target: "web", workspace: "web", description: "The salon's pages", ownMb: 15, refusesNothing: true },
  { name: "edge", target: "edge", workspace: "deploy/envoy", description: "Envoy in front of Lacio", ownMb: 125, refusesNothing: true },
  {
    name: "tools",
    target: "tools",
    workspace: "deploy/tools",
    description: "What an operator of Lacio runs as pods: databases, seed, demo, load",
    ownMb: 45,
    refusesNothing: false,
  },
  {
    name: "dev",
    target: "dev",
    workspace: ".",
    description: "All of Lacio with its sources, for a developer's cluster; not for production",
    ownMb: 1_500,
    refusesNothing: false,
  },
];

/** What all images of this repository are versions of. */
export const version = (root: string): string =>
  (JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as { version: string }).version;
