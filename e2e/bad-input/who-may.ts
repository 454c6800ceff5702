import { getOption, type DescMethod } from "@bufbuild/protobuf";
import { asService } from "@lacio/testkit/testing";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { access } from "@lacio/proto/options/v1/options";
import type { Cast } from "../access-matrix/cast.ts";

/** A token for each kind of caller that a method authorises. */
export function whoMay(method: DescMethod, { tokens, system }: Cast): Map<string, string | undefined> {
  const { anyone, roles, callers } = getOption(method, access);
  if (anyone) return new Map([["nobody", undefined]]);
  const people = [
    [Caller_Role.CLIENT, "client"],
    [Caller_Role.STYLIST, "stylist"],
    [Caller_Role.ADMIN, "admin"],
  ] as const;
  const may = people.filter(([role]) => roles.includes(role)).map(([, name]) => [name, tokens[name]] as const);
  return new Map(may.length > 0 ? may : [[callers[0]!, asService(callers[0]!, system)]]);
}
