import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import type { Manifest } from "./manifest.ts";

/** What the chart makes. */
export const schemaKinds: Record<string, string[]> = {
  v1: ["Service", "ServiceAccount"],
  "apps/v1": ["Deployment"],
  "autoscaling/v2": ["HorizontalPodAutoscaler"],
  "batch/v1": ["Job"],
  "cert-manager.io/v1": ["Certificate"],
  "gateway.networking.k8s.io/v1": ["BackendTLSPolicy", "HTTPRoute"],
  "keda.sh/v1alpha1": ["ScaledObject"],
  "monitoring.coreos.com/v1": ["PrometheusRule", "ServiceMonitor"],
  "networking.k8s.io/v1": ["NetworkPolicy"],
  "policy/v1": ["PodDisruptionBudget"],
};

/** What deploy/k8s has beside these. */
export const otherKinds: Record<string, string[]> = { v1: ["Namespace"], "apps/v1": ["StatefulSet"] };

export type Schema = { [keyword: string]: unknown };
export interface OpenApi {
  components: { schemas: Record<string, Schema> };
}

export const schemaFile = (groupVersion: string, kind: string): string =>
  path.join(import.meta.dirname, "schemas", `${groupVersion.replace("/", "_")}_${kind}.json`);

/** The JSON schema of one kind with all that it refers to, in which no unknown field is allowed. */
export function strict({ components: { schemas } }: OpenApi, groupVersion: string, kind: string): Schema {
  const [version, group = ""] = groupVersion.split("/").reverse();
  const isIt = (schema: Schema) =>
    (schema["x-kubernetes-group-version-kind"] as { group: string; version: string; kind: string }[] | undefined)?.some(
      (one) => one.group === group && one.version === version && one.kind === kind,
    );
  const top = Object.keys(schemas).find((name) => isIt(schemas[name]!));
  if (!top) throw new Error(`${groupVersion} has no ${kind}`);
  const definitions: Record<string, unknown> = {};
  const needed = (name: string) => {
    if (name in definitions) return;
    definitions[name] = true; // a schema may refer to itself
    definitions[name] = refused(schemas[name]!, needed);
  };
  needed(top);
  return { $ref: `#/definitions/${top}`, definitions };
}

/** Keeps what validates, and forbids fields that are not listed. An embedded object (metadata of a CRD) says of itself that it may have any. */
function refused(schema: unknown, needed: (name: string) => void, condition = false): unknown {
  if (Array.isArray(schema)) return schema.map((one) => refused(one, needed, condition));
  if (typeof schema !== "object" || schema === null) return schema;
  const kept: Schema = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "$ref") {
      const name = String(value).split("/").at(-1)!;
      needed(name);
      kept.$ref = `#/definitions/${name}`;
    } else if (keyword === "properties") {
      kept.properties = Object.fromEntries(Object.entries(value as object).map(([name, one]) => [name, refused(one, needed, condition)]));
    } else if (keyword === "pattern" && String(value).includes("(?i)")) {
      continue; // Go's way to ignore case, which JavaScript's expressions do not have
    } else if (!/^(description|default|format|nullable|example|x-kubernetes-.*)$/.test(keyword))
      kept[keyword] = refused(value, needed, condition || /^(allOf|anyOf|oneOf|not)$/.test(keyword));
  }
  // A condition names some fields of an object that is described elsewhere.
  const open = condition || (schema as Schema)["x-kubernetes-preserve-unknown-fields"] === true;
  if (kept.properties && kept.additionalProperties === undefined && !open) kept.additionalProperties = false;
  return kept;
}

const validators = new Map<string, ValidateFunction>();

/** What an API server would say of a manifest. @throws when its schema is not kept */
export function schemaFaults(manifest: Manifest): string[] {
  const { apiVersion, kind, metadata } = manifest;
  const file = schemaFile(apiVersion, kind);
  if (!validators.has(file)) {
    if (!existsSync(file)) throw new Error(`${file} is missing: see testing/fetch-schemas.ts`);
    const schema = JSON.parse(readFileSync(file, "utf8")) as Schema;
    validators.set(file, new Ajv({ strict: false, allErrors: true }).compile(schema));
  }
  const validate = validators.get(file)!;
  if (validate(manifest)) return [];
  return validate.errors!.map(
    ({ instancePath, message, params }) => `${kind} ${metadata.name}${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}
