import { getOption, hasOption, type DescMessage, type Message } from "@bufbuild/protobuf";
import { reflect, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import type { Interceptor } from "@connectrpc/connect";
import { written, type Written } from "@lacio/proto/options/v1/options";

/** Takes out of a text what its writer did not mean; the kind says what it is meant to be. */
export type Clean = (kind: Written, typed: string) => string;

/** Cleans the fields of a request that are marked `written`, so that rules and handlers see what was meant. */
export const cleanRequests =
  (clean: Clean): Interceptor =>
  (next) =>
  (req) => {
    if (!req.stream) cleanFields(req.method.input, req.message, clean);
    return next(req);
  };

function cleanFields(schema: DescMessage, message: Message, clean: Clean): void {
  if (!isWritten(schema)) return;
  cleanReflected(reflect(schema, message), clean);
}

function cleanReflected(message: ReflectMessage, clean: Clean): void {
  for (const field of message.fields) {
    if (!message.isSet(field)) continue;
    if (field.fieldKind === "message" && isWritten(field.message)) cleanReflected(message.get(field), clean);
    if (field.fieldKind === "list" && field.listKind === "message" && isWritten(field.message))
      for (const one of message.get(field)) cleanReflected(one as ReflectMessage, clean);
    if (field.fieldKind === "scalar" && hasOption(field, written))
      message.set(field, clean(getOption(field, written), message.get(field) as string));
  }
}

const known = new Map<DescMessage, boolean>();

/** Whether anything in a message of this kind is marked: most requests are passed by without a look. */
function isWritten(schema: DescMessage): boolean {
  if (!known.has(schema)) {
    known.set(schema, false); // one that holds itself
    known.set(
      schema,
      schema.fields.some((field) => hasOption(field, written) || (field.message !== undefined && isWritten(field.message))),
    );
  }
  return known.get(schema)!;
}
