import { Code, ConnectError } from "@connectrpc/connect";
import { Profile_WhenStylistCancels as When } from "@lacio/proto/users/v1/users_service";
import type { App } from "../app.ts";
import type { Preference } from "../domain/reassignment.ts";

/** What a client wishes for when nobody answers; of whom users knows nothing, the money goes back. */
export async function preferenceOf(app: App, clientId: string): Promise<Preference> {
  try {
    const { whenStylistCancels } = await app.users.getPreferences({ accountId: clientId });
    return whenStylistCancels === When.SUBSTITUTE ? "SUBSTITUTE" : "REFUND";
  } catch (error) {
    if (ConnectError.from(error).code === Code.NotFound) return "REFUND";
    throw error;
  }
}
