import { extension, typed, type Extension, type Typed } from "./typed.ts";

/** What every answer carries, the edge's own among them: the same words as on the pages. */
const always = {
  "x-content-type-options": "nosniff",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
};
const unkept = { "cache-control": "no-store" };

export const answerHeaders = addedWhereMissing("lacio.answer-headers", always);

/** Answers of the API are one person's and one moment's: no cache keeps them, unless the service says otherwise itself. */
export const noStore = addedWhereMissing("lacio.no-store", unkept);

/** For the web, whose files a browser may keep; its pages say themselves that they may not. */
export const mayStore: Record<string, Typed> = { [noStore.name]: typed("config.route.v3.FilterConfig", { disabled: true }) };

/** For the edge's own words, some of which are said before any filter runs. */
export const ownAnswer = Object.entries({ ...always, ...unkept }).map(([key, value]) => ({ header: { key, value } }));

function addedWhereMissing(name: string, headers: Record<string, string>): Extension {
  const response_mutations = Object.entries(headers).map(([key, value]) => ({
    append: { header: { key, value }, append_action: "ADD_IF_ABSENT" },
  }));
  return extension(name, "extensions.filters.http.header_mutation.v3.HeaderMutation", { mutations: { response_mutations } });
}
