import { getOption, hasOption, type DescMessage, type Message } from "@bufbuild/protobuf";
import { reflect, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import type { Interceptor } from "@connectrpc/connect";
import { written, type Written } from "@lacio/proto/options/v1/options";

/** Normalises text that a person typed; the kind says what it should be. */
export type Clean = (kind: Written, typed: string) => string;

/** Normalises the request fields that have the option `written`, in place, before validation and handlers see them. */
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

/** Whether a message type has such a field at any depth; cached, so that most requests need no reflection. */
function isWritten(schema: DescMessage): boolean {
  if (!known.has(schema)) {
    known.set(schema, false); // ends the recursion of a message that contains itself
    known.set(
      schema,
      schema.fields.some((field) => hasOption(field, written) || (field.message !== undefined && isWritten(field.message))),
    );
  }
  return known.get(schema)!;
}
