import { getOption, type DescMethod, type DescService } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { access } from "@lacio/proto/options/v1/options";
import { services } from "@lacio/proto/registry";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import type { SystemDescription } from "@lacio/testkit/system";
import { adminToken, clientFor, refusal, signIn, until } from "@lacio/testkit/testing";

type Call = (request: object) => Promise<unknown>;

/** A method of this service that is not open to everybody: who is known is answered, or told "forbidden". */
function closedMethod(service: DescService): DescMethod {
  const reading = (method: DescMethod) => method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
  return service.methods.find((method) => reading(method) && !getOption(method, access).anyone)!;
}

/** What each of the nine services answers to a person's access token, at its own port. */
export async function askedEverywhere(system: SystemDescription, token: string): Promise<Record<string, string>> {
  const asked = services.map(async (service) => {
    const call = (clientFor(service, system, token) as unknown as Record<string, Call>)[closedMethod(service).localName]!;
    return [service.typeName.split(".")[1]!, await refusal(call({}))] as const;
  });
  return Object.fromEntries(await Promise.all(asked));
}

/** Waits until every service refuses the token, because its session has ended. */
export const refusedEverywhere = (system: SystemDescription, token: string) =>
  until(async () => {
    const answers = await askedEverywhere(system, token);
    if (Object.values(answers).every((answer) => answer === "Unauthenticated session_over")) return true;
    throw new Error(JSON.stringify(answers));
  });

/** A new stylist who is signed in, and what an ADMIN does to her. */
export async function hireStylist(system: SystemDescription, skillIds: string[] = []) {
  const staff = clientFor(StaffService, system, await adminToken(system));
  const account = { email: `${crypto.randomUUID()}@lacio.test`, password: "una clave larga" };
  const { stylist } = await staff.createStylist({ ...account, name: "Sofía", skillIds });
  const staffId = stylist!.id;
  return {
    ...account,
    id: staffId,
    accessToken: await signIn(system, account),
    dismiss: () => staff.updateStylist({ staffId, active: false }),
    takeBack: () => staff.updateStylist({ staffId, active: true }),
  };
}
