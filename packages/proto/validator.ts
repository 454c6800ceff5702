import { createRegistry } from "@bufbuild/protobuf";
import { createValidator, type Validator } from "@bufbuild/protovalidate";
import { file_lacio_rules_v1_rules } from "@lacio/proto/rules/v1/rules";

/** Validates messages by the rules in their protos, including the predefined ones of `lacio.rules.v1`. */
export const validator: Validator = createValidator({ registry: createRegistry(file_lacio_rules_v1_rules) });
