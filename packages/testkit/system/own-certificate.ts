import { isIP } from "node:net";

/** A certificate of a year that is its own authority, for DNS names and IP addresses; PEM. */
export async function ownCertificate(names: string[]): Promise<{ cert: string; key: string }> {
  const altNames = names.map((name) => (isIP(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name }));
  // A unique subject: a process that trusts two systems' certificates looks an issuer up by its name.
  const subject = [
    { name: "commonName", value: names[0]! },
    { name: "organizationName", value: `Lacio ${crypto.randomUUID()}` },
  ];
  const { generate } = await import("selfsigned"); // needed once a year, and large
  const { cert, private: key } = await generate(subject, {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notAfterDate: new Date(Date.now() + 365 * 86_400_000),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames },
    ],
  });
  return { cert, key };
}
