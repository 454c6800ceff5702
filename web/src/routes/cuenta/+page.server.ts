import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { fail } from "@sveltejs/kit";
import { Document_Type, Profile_WhenStylistCancels as WhenStylistCancels } from "@lacio/proto/users/v1/users_service";
import { deviceInWords } from "#lib/device.ts";
import { m } from "#lib/paraglide/messages.js";
import type { Api } from "#lib/server/api.ts";
import { commonFailure, fieldErrors } from "#lib/server/account-failure.ts";
import { check, typed } from "#lib/server/check.ts";
import { person } from "#lib/server/guard.ts";
import { preferenceRules, profileRules } from "#lib/server/profile-rules.ts";
import { isAway } from "#lib/server/refusal.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  const { role } = person(event);
  const { api } = event.locals;
  const [{ profile }, sessions] = await Promise.all([api.users.getMe({}), sessionsOf(api)]);
  const { name, email, phone, locale, document, marketingMail, whenStylistCancels } = profile!;
  return {
    client: role === "CLIENT",
    email,
    profile: { name, phone, locale, documentType: document ? Document_Type[document.type] : "", documentNumber: document?.number ?? "" },
    preferences: {
      marketing: marketingMail ? "on" : "",
      when: whenStylistCancels === WhenStylistCancels.SUBSTITUTE ? "SUBSTITUTE" : "REFUND",
    },
    sessions,
    passwordChanged: event.url.searchParams.get("aviso") === "clave",
    exportFailed: event.url.searchParams.get("falla") === "datos",
  };
};

// Undefined when auth is unavailable: the rest of the page is rendered without the sessions.
async function sessionsOf({ auth }: Api) {
  try {
    const { sessions } = await auth.listSessions({ pageSize: 200 });
    return sessions.map(({ sessionId, userAgent, startedAt, lastUsedAt, current }) => ({
      id: sessionId,
      device: deviceInWords(userAgent),
      startedAt: timestampDate(startedAt!).toISOString(),
      lastUsedAt: timestampDate((lastUsedAt ?? startedAt)!).toISOString(),
      current,
    }));
  } catch (error) {
    if (isAway(error)) return undefined;
    throw error;
  }
}

export const actions: Actions = {
  perfil: async (event) => {
    person(event);
    const form = await event.request.formData();
    const checked = check(profileRules(), form);
    if ("errors" in checked) return fail(422, { values: typed(form), errors: checked.errors });
    return answer(form, m.profile_saved(), () => event.locals.api.users.updateMe(checked.values));
  },
  preferencias: async (event) => {
    person(event);
    const form = await event.request.formData();
    const checked = check(preferenceRules(), form);
    if ("errors" in checked) return fail(422, { values: typed(form), errors: checked.errors });
    return answer(form, m.preferences_saved(), () => event.locals.api.users.updateMe(checked.values));
  },
  cerrar: async (event) => {
    person(event);
    const { auth } = event.locals.api;
    const form = await event.request.formData();
    const ids = form.getAll("session").map(String).slice(0, 200);
    const end = (sessionId: string) => auth.revokeSession({ sessionId }).catch(endedAlready);
    return answer(form, m.sessions_closed({ count: ids.length }), () => Promise.all(ids.map(end)));
  },
};

function endedAlready(error: unknown): void {
  if (!(error instanceof ConnectError && error.code === Code.NotFound)) throw error;
}

async function answer(form: FormData, saved: string, work: () => Promise<unknown>) {
  try {
    await work();
    return { saved };
  } catch (error) {
    const common = commonFailure(error, form);
    if (common) return common;
    return fail(422, { values: typed(form), errors: fieldErrors(error) });
  }
}
