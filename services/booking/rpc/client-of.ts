import { Code, ConnectError } from "@connectrpc/connect";
import { isAdmin, type Person } from "@lacio/chassis/access";
import { invalid, Refusal } from "@lacio/chassis/errors";
import type { CreateBookingRequest } from "@lacio/proto/booking/v1/booking_service";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import type { App } from "../app.ts";

/** For whom somebody books: for herself, or as ADMIN for a client. @throws Refusal `client_unknown`, `forbidden` */
export async function clientOf(app: App, who: Person, { clientId }: CreateBookingRequest): Promise<string> {
  if (isAdmin(who)) {
    if (!clientId) throw invalid("clientId", "is needed: for whom is the booking?");
    if (!(await isClient(app, clientId))) throw invalid("clientId", "is not a client", "client_unknown");
    return clientId;
  }
  if (clientId && clientId !== who.id) throw new Refusal("forbidden", "You may book for yourself only.", Code.PermissionDenied);
  return who.id;
}

async function isClient(app: App, accountId: string): Promise<boolean> {
  try {
    return (await app.auth.getRegistration({ accountId })).role === Caller_Role.CLIENT;
  } catch (error) {
    if (ConnectError.from(error).code === Code.NotFound) return false;
    throw error;
  }
}
