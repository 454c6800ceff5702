import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import type { Options } from "./arguments.ts";

export const chart = path.resolve(import.meta.dirname, "../../helm/lacio");

/** The full name of one of Lacio's images, as the chart would name it. */
export function imageOf(name: string, { registry, tag }: Pick<Options, "registry" | "tag">): string {
  return `${registry ? `${registry}/` : ""}lacio/${name}:${tag || appVersion()}`;
}

const appVersion = () => (parse(readFileSync(path.join(chart, "Chart.yaml"), "utf8")) as { appVersion: string }).appVersion;
