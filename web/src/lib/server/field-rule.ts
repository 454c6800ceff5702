import { create, getOption, type DescField, type DescMessage } from "@bufbuild/protobuf";
import { written } from "@lacio/proto/options/v1/options";
import { validator } from "@lacio/proto/validator";
import { clean } from "@lacio/salon/written";
import * as v from "valibot";

/** A request field's rule from its proto: normalised as its service does, then validated by the same rule. `words` is the field's message. */
export const fieldRule = (schema: DescMessage, name: string, words: (rule: string, value: string) => string) => {
  const field = schema.field[name]!;
  return v.pipe(
    v.optional(v.string(), ""),
    v.transform((typed) => clean(getOption(field, written), typed)),
    v.rawCheck(({ dataset, addIssue }) => {
      const broken = dataset.typed ? brokenRule(schema, field, dataset.value) : undefined;
      if (broken) addIssue({ message: words(broken, dataset.value as string) });
    }),
  );
};

/** The name of the rule (`string.max_len`) that a value breaks. The other fields are empty; their violations are ignored. */
function brokenRule(schema: DescMessage, field: DescField, value: string): string | undefined {
  const result = validator.validate(schema, create(schema, { [field.localName]: value }));
  if (result.kind === "error") throw result.error;
  return result.violations?.find((violation) => violation.field[0] === field)?.ruleId;
}
