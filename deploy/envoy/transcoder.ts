import type { Edge } from "./edge.ts";
import { maxCallBytes } from "./limits.ts";
import { extension, type Extension } from "./typed.ts";

/** REST in, gRPC out, by the `google.api.http` options in the descriptors. */
export function transcoder(edge: Edge): Extension {
  return extension("envoy.filters.http.grpc_json_transcoder", "extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder", {
    proto_descriptor: edge.descriptors,
    services: edge.table.services.map(({ service }) => service),
    auto_mapping: false, // a method without the option has no REST form
    convert_grpc_status: true,
    match_incoming_request_route: false,
    query_param_unescape_plus: true,
    case_insensitive_enum_parsing: true,
    print_options: { always_print_primitive_fields: true, stream_newline_delimited: true },
    request_validation_options: {
      reject_unknown_method: false, // Connect and gRPC calls pass through here too
      reject_unknown_query_parameters: true,
      reject_binding_body_field_collisions: true,
    },
    max_request_body_size: maxCallBytes,
    max_response_body_size: 8 * 1024 * 1024,
  });
}
