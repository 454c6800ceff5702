import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import { otherKinds, schemaFile, schemaKinds, strict, type OpenApi, type Schema } from "./schemas.ts";

// Makes schemas/ anew: from the API server that kubectl speaks to, in which the CRDs are applied, or from a folder with Kubernetes's
// api/openapi-spec/v3 and the CRDs as YAML.   node deploy/helm/testing/fetch-schemas.ts [folder]
const folder = process.argv[2];

for (const [groupVersion, kinds] of [schemaKinds, otherKinds].flatMap((one) => Object.entries(one)))
  for (const kind of kinds) {
    const schema = strict(folder ? inFolder(folder, groupVersion, kind) : atServer(groupVersion), groupVersion, kind);
    mkdirSync(path.dirname(schemaFile(groupVersion, kind)), { recursive: true });
    writeFileSync(schemaFile(groupVersion, kind), `${JSON.stringify(schema)}\n`);
    console.log(`${groupVersion} ${kind}`);
  }

function atServer(groupVersion: string): OpenApi {
  const at = groupVersion.includes("/") ? `apis/${groupVersion}` : `api/${groupVersion}`;
  const text = execFileSync("kubectl", ["get", "--raw", `/openapi/v3/${at}`], { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(text.toString()) as OpenApi;
}

function inFolder(dir: string, groupVersion: string, kind: string): OpenApi {
  const at = groupVersion.includes("/") ? `apis/${groupVersion}` : `api/${groupVersion}`;
  const file = path.join(dir, `${at.replaceAll("/", "__")}_openapi.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as OpenApi;
  const [group, version] = groupVersion.split("/");
  for (const { kind: crd, spec } of globSync(path.join(dir, "**/*.y*ml")).flatMap(definitionsIn)) {
    if (crd !== "CustomResourceDefinition" || spec?.group !== group || spec?.names.kind !== kind) continue;
    const found = spec.versions.find(({ name }) => name === version);
    if (!found) continue;
    const ofKind = { ...found.schema.openAPIV3Schema, "x-kubernetes-group-version-kind": [{ group, version, kind }] };
    return { components: { schemas: { [kind]: ofKind } } };
  }
  throw new Error(`${dir} has neither ${path.basename(file)} nor a CRD of ${kind}`);
}

function definitionsIn(file: string): Definition[] {
  return parseAllDocuments(readFileSync(file, "utf8")).map((document) => (document.toJS() as Definition | null) ?? {});
}

interface Definition {
  kind?: string;
  spec?: { group: string; names: { kind: string }; versions: { name: string; schema: { openAPIV3Schema: Schema } }[] };
}
