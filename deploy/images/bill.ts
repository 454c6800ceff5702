import type { Package } from "./reached.ts";

/** The part of package-lock.json that says what was downloaded, by place. */
export type Lock = { packages: Record<string, { integrity?: string } | undefined> };

/**
 * The bill of materials of what `gather` took, in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/): every package with its version, its
 * licence and the hash by which npm checked it. It names no time, so that the same packages make the same file.
 */
export function bill({ name, version, revision }: Record<"name" | "version" | "revision", string>, packages: Package[], lock: Lock) {
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { type: "application", name, version, properties: [{ name: "lacio:revision", value: revision }] } },
    components: packages.map((one) => ({
      type: "library",
      "bom-ref": one.place,
      name: one.name,
      version: one.version,
      purl: `pkg:npm/${one.name.replace("@", "%40")}@${one.version}`,
      ...(one.license && { licenses: [licence(one.license)] }),
      ...hashes(lock.packages[one.place]?.integrity),
    })),
  };
}

// "(MIT OR Apache-2.0)" is an expression of SPDX, "MIT" an id of its list, "SEE LICENSE IN …" neither.
function licence(words: string) {
  if (/^SEE /i.test(words)) return { license: { name: words } };
  return / (OR|AND|WITH) /.test(words) ? { expression: words } : { license: { id: words } };
}

/** npm's integrity is `sha512-` and the hash in base64; CycloneDX wants hexadecimal. */
function hashes(integrity = "") {
  const [, hash] = /sha512-(\S+)/.exec(integrity) ?? [];
  return hash ? { hashes: [{ alg: "SHA-512", content: Buffer.from(hash, "base64").toString("hex") }] } : {};
}
