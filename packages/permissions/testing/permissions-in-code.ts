import { getOption } from "@bufbuild/protobuf";
import type { Permissions } from "@lacio/chassis/permissions";
import { access, subject } from "@lacio/proto/options/v1/options";
import { events, services } from "@lacio/proto/registry";
import { contractOf, matchesIn, type Code } from "./code.ts";
import { verbsInCode } from "./verbs-in-code.ts";

/** What a service's code does, in the form of the table of permissions. */
export function permissionsInCode(code: Code): Permissions {
  return {
    publishes: unique(subjectsIn(code, /\bfact\(\s*(\w+)/g)),
    consumes: unique(subjectsIn({ index: code["events/index.ts"] ?? "" }, /\bon\(\s*(\w+)/g)),
    calls: unique(clientsIn(code).map(({ peer }) => peer)),
    tables: verbsInCode(code),
    servers: unique(matchesIn(code, /"(REDIS|SMTP|STRIPE)_(?:URL|SECRET_KEY)"/g).map(([, name]) => name!.toLowerCase() as "redis")),
  };
}

/** The methods of its peers that a service calls and that are not open to anyone: "booking.getBooking". */
export function callsInCode(code: Code): string[] {
  const calls = clientsIn(code).flatMap(({ property, peer }) =>
    methodsOf(peer)
      .filter((method) => !getOption(method, access).anyone)
      .map(({ localName }) => ({ name: `${peer}.${localName}`, pattern: new RegExp(`\\.${property}\\s*\\.\\s*${localName}\\b`, "g") }))
      .filter(({ pattern }) => matchesIn(code, pattern).length > 0),
  );
  return unique(calls.map(({ name }) => name));
}

/** The methods that name this service among their callers. */
export const callsAllowed = (service: string): string[] =>
  unique(
    services.flatMap((peer) =>
      peer.methods
        .filter((method) => getOption(method, access).callers.includes(service))
        .map(({ localName }) => `${nameOf(peer.typeName)}.${localName}`),
    ),
  );

/** The subjects of a service's events in the contracts. */
export const subjectsOf = (service: string): string[] =>
  unique(events.map((event) => getOption(event, subject)).filter((name) => name.startsWith(`${service}.`)));

function subjectsIn(code: Code, pattern: RegExp): string[] {
  return Object.values(code).flatMap((text) =>
    [...text.matchAll(pattern)].map(([, schema]) => {
      const typeName = `lacio.${contractOf(text, schema!)
        .replace(/\/events$/, "")
        .replace("/", ".")}.${schema!.replace(/Schema$/, "")}`;
      return getOption(
        events.find((event) => event.typeName === typeName)!,
        subject,
      );
    }),
  );
}

/** @throws when a client is made in another form than `peer: base.client(PeerService)` */
function clientsIn(code: Code): { property: string; peer: string }[] {
  return Object.values(code).flatMap((text) => {
    const found = [...text.matchAll(/\b(\w+): base\.client\((\w+)\)/g)];
    if (found.length !== [...text.matchAll(/\bclient\(/g)].length) throw new Error("a client is made in a form that is not understood");
    return found.map(([, property, service]) => ({ property: property!, peer: contractOf(text, service!).split("/")[0]! }));
  });
}

const methodsOf = (service: string) => services.find(({ typeName }) => nameOf(typeName) === service)!.methods;
const nameOf = (typeName: string): string => typeName.split(".")[1]!;
const unique = <T extends string>(names: T[]): T[] => [...new Set(names)].sort();
