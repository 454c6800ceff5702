import { createRegistry } from "@bufbuild/protobuf";
import { createValidator, type Validator } from "@bufbuild/protovalidate";
import { file_lacio_rules_v1_rules } from "@lacio/proto/rules/v1/rules";

/** Checks messages against the rules in their protos, ours (`lacio.rules.v1`) among them. */
export const validator: Validator = createValidator({ registry: createRegistry(file_lacio_rules_v1_rules) });
