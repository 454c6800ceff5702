import { ownAnswer } from "./answer-headers.ts";
import { backSoon, page, tooFast, tooLong, tooSlow } from "./pages.ts";
import { typed } from "./typed.ts";

/**
 * Envoy's local replies in the caller's protocol: google.rpc.Status for REST, as from the transcoder, Connect's JSON for Connect, a plain
 * message for gRPC, an HTML page for a browser. The first match wins.
 */
export function replies(): Reply[] {
  return [
    forBrowsers(status("EQ", 408), page(tooSlow)),
    forBrowsers(status("EQ", 413), page(tooLong)),
    forBrowsers(status("EQ", 429), page(tooFast)),
    forBrowsers(status("GE", 500), page(backSoon), { status_code: 503 }),
    // JWKS unavailable: 503 and not 401, or clients would drop valid sessions while auth is down.
    ...answer(keysMissing, 14, "unavailable", "unavailable", tryAgain, { status_code: 503 }),
    message(keysMissing, tryAgain, { status_code: 503 }),
    ...answer(status("EQ", 400), 3, "invalid_argument", "malformed_request", "%LOCAL_REPLY_BODY%"),
    ...answer(status("EQ", 401), 16, "unauthenticated", "token_invalid", "%LOCAL_REPLY_BODY%"),
    // Envoy's only 403: a token for another audience. For the caller it is an invalid token, a 401.
    ...answer(status("EQ", 403), 16, "unauthenticated", "token_invalid", "%LOCAL_REPLY_BODY%", { status_code: 401 }),
    message(status("EQ", 403), "%LOCAL_REPLY_BODY%", { status_code: 401 }),
    ...answer(status("EQ", 404), 5, "not_found", "no_such_call", "no such call"),
    ...answer(status("EQ", 408), 4, "deadline_exceeded", "timeout", "took too long"),
    ...answer(status("EQ", 413), 3, "invalid_argument", "body_too_large", "body too large"),
    ...answer(status("EQ", 429), 8, "resource_exhausted", "too_many_requests", "too many requests"),
    ...answer(status("EQ", 504), 4, "deadline_exceeded", "timeout", "took too long"),
    message(status("EQ", 504), "took too long"),
    ...answer(status("GE", 500), 14, "unavailable", "unavailable", tryAgain),
    message(status("GE", 500), tryAgain), // hides "upstream connect error …"
  ].map((reply) => ({ ...reply, headers_to_add: [...ownAnswer, ...(reply.headers_to_add ?? [])] }));
}

const forBrowsers = (when: Filter, inline_string: string, more: object = {}): Reply => ({
  ...more,
  filter: both(when, wantsPage),
  body_format_override: { text_format_source: { inline_string }, content_type: "text/html; charset=utf-8" },
  headers_to_add: [
    { header: { key: "content-security-policy", value: "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'" } },
  ],
});

/** For REST and for Connect. */
function answer(when: Filter, code: number, name: string, reason: string, message: string, more: object = {}): Reply[] {
  const details = [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain: "lacio" }];
  return [
    { ...more, filter: both(when, rest), body_format_override: { json_format: { code, message, details } } },
    { ...more, filter: both(when, notGrpc), body_format_override: { json_format: { code: name, message } } },
  ];
}

/** For gRPC, whose message would otherwise be Envoy's own text. */
const message = (filter: Filter, inline_string: string, more: object = {}): Reply => ({
  ...more,
  filter,
  body_format_override: { text_format_source: { inline_string } },
});

const tryAgain = "try again shortly";

const status = (op: "EQ" | "GE", value: number): Filter => ({
  status_code_filter: { comparison: { op, value: { default_value: value, runtime_key: `edge.reply.${op}.${value}` } } },
});

const keysMissing: Filter = {
  extension_filter: {
    name: "envoy.access_loggers.extension_filters.cel",
    typed_config: typed("extensions.access_loggers.filters.cel.v3.ExpressionFilter", {
      expression: "response.code_details.contains('Jwks_remote_fetch')",
    }),
  },
};

const header = (name: string, match: object): Filter => ({ header_filter: { header: { name, ...match } } });
const both = (...filters: Filter[]): Filter => ({ and_filter: { filters } });

/** A browser asks for a page, and not for a path of the API. */
const wantsPage: Filter = both(
  header("accept", { string_match: { contains: "text/html" } }),
  header("x-envoy-original-path", { present_match: true, invert_match: true }),
  header(":path", { string_match: { safe_regex: { regex: "/(v1|webhooks|lacio\\.|grpc\\.).*" } }, invert_match: true }),
);

/** Transcoded (its content-type is gRPC's by now), or no RPC at all. */
const rest: Filter = {
  or_filter: {
    filters: [
      header("x-envoy-original-path", { present_match: true }),
      header(":path", { string_match: { safe_regex: { regex: "/(lacio|grpc)\\..*" } }, invert_match: true }),
    ],
  },
};

const notGrpc = header("content-type", {
  string_match: { prefix: "application/grpc" },
  invert_match: true,
  treat_missing_header_as_empty: true,
});

type Filter = Record<string, object>;

interface Reply {
  filter: Filter;
  headers_to_add?: object[];
  [field: string]: unknown;
}
