import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createFileRegistry, fromBinary, getOption, type DescMethod } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { access } from "@lacio/proto/options/v1/options";
import { UsersService } from "@lacio/proto/users/v1/users_service";

/** The descriptor set for Envoy's transcoder. Everything below is derived from it. */
export const descriptorFile = fileURLToPath(new URL("../../packages/proto/gen/lacio.binpb", import.meta.url));

/** What the edge needs from the protos. Methods are named as in Envoy's paths: "lacio.auth.v1.AuthService/Login". */
export function edgeTable(file = descriptorFile): EdgeTable {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(file)));
  const services = [...registry].filter((desc) => desc.kind === "service").filter(({ typeName }) => typeName.startsWith("lacio."));
  const methods = services.flatMap((service) => service.methods);
  const { login, register, requestPasswordReset, resetPassword, changePassword, changeEmail } = AuthService.method;
  return {
    services: services.map(({ typeName }) => ({ service: typeName, cluster: ownerOf(typeName) })),
    anyone: methods.filter((method) => getOption(method, access).anyone).map(path),
    internal: methods.filter(isInternal).map(path),
    streams: methods.filter((method) => method.methodKind !== "unary").map(path),
    login: path(login),
    accountCalls: [register, requestPasswordReset, resetPassword, changePassword, changeEmail, UsersService.method.eraseMe].map(path),
  };
}

/** For services only. A method without the `access` option counts as internal, and the service refuses it as well. */
function isInternal(method: DescMethod): boolean {
  const { anyone, roles } = getOption(method, access);
  return !anyone && roles.length === 0;
}

const path = (method: DescMethod): string => `${method.parent.typeName}/${method.name}`;

/** "lacio.booking.v1.BookingService" belongs to "booking". */
const ownerOf = (service: string): string => service.split(".")[1]!;

export interface EdgeTable {
  services: { service: string; cluster: string }[];
  /** No authentication: tokens are ignored. */
  anyone: string[];
  /** Not reachable from outside. */
  internal: string[];
  streams: string[];
  login: string;
  /** Calls that send mail or compute password hashes. */
  accountCalls: string[];
}
