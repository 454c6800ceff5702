import { fail, redirect } from "@sveltejs/kit";
import * as v from "valibot";
import { m } from "#lib/paraglide/messages.js";
import { proofFailure } from "#lib/server/account-failure.ts";
import { passwordRule } from "#lib/server/account-rules.ts";
import type { Api } from "#lib/server/api.ts";
import { viewOf } from "#lib/server/booking-view.ts";
import { check } from "#lib/server/check.ts";
import { client, here } from "#lib/server/guard.ts";
import { isAway, refusalOf } from "#lib/server/refusal.ts";
import { forgetAccount, forgetSession } from "#lib/server/session.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  client(event);
  return { owed: await owedTo(event.locals.api) };
};

/** What failed refunds left owed to the client: after the erasure the salon has no address to reach her. */
async function owedTo({ booking }: Api): Promise<number> {
  try {
    const { bookings } = await booking.listBookings({ pageSize: 200 });
    return bookings.reduce((sum, one) => sum + viewOf(one).owed, 0);
  } catch (error) {
    if (isAway(error)) return 0; // the erasure would fail as well
    throw error;
  }
}

export const actions: Actions = {
  default: async (event) => {
    client(event);
    const form = await event.request.formData();
    const checked = check(v.object({ password: passwordRule() }), form);
    if ("errors" in checked) return fail(422, { errors: checked.errors });
    try {
      await event.locals.api.users.eraseMe(checked.values);
    } catch (error) {
      const failure = proofFailure(event, error, form);
      if (failure) return failure;
      if (refusalOf(error).reason === "open_bookings") return fail(409, { openBookings: true });
      return fail(409, { failure: m.erase_failed() });
    }
    forgetSession(event);
    forgetAccount(event);
    redirect(303, here("/cuenta/adios"));
  },
};
