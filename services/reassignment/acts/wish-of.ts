import { Code, ConnectError } from "@connectrpc/connect";
import { Profile_WhenStylistCancels as When } from "@lacio/proto/users/v1/users_service";
import type { App } from "../app.ts";
import type { Wish } from "../domain/reassignment.ts";

/** What a client wishes for when nobody answers; of whom users knows nothing, the money goes back. */
export async function wishOf(app: App, clientId: string): Promise<Wish> {
  try {
    const { whenStylistCancels } = await app.users.getPreferences({ accountId: clientId });
    return whenStylistCancels === When.SUBSTITUTE ? "SUBSTITUTE" : "REFUND";
  } catch (error) {
    if (ConnectError.from(error).code === Code.NotFound) return "REFUND";
    throw error;
  }
}
