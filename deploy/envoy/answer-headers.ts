import { extension, typed, type Extension, type Typed } from "./typed.ts";

/** On every response, also on Envoy's own; the web sets the same headers on its pages. */
const always = {
  "x-content-type-options": "nosniff",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
};
const unkept = { "cache-control": "no-store" };

export const answerHeaders = addedWhereMissing("lacio.answer-headers", always);

/** API responses are never cached unless the service set cache-control. */
export const noStore = addedWhereMissing("lacio.no-store", unkept);

/** For the web: its static files may be cached, and its pages set cache-control themselves. */
export const mayStore: Record<string, Typed> = { [noStore.name]: typed("config.route.v3.FilterConfig", { disabled: true }) };

/** For Envoy's local replies, some of which are sent before any filter runs. */
export const ownAnswer = Object.entries({ ...always, ...unkept }).map(([key, value]) => ({ header: { key, value } }));

function addedWhereMissing(name: string, headers: Record<string, string>): Extension {
  const response_mutations = Object.entries(headers).map(([key, value]) => ({
    append: { header: { key, value }, append_action: "ADD_IF_ABSENT" },
  }));
  return extension(name, "extensions.filters.http.header_mutation.v3.HeaderMutation", { mutations: { response_mutations } });
}
