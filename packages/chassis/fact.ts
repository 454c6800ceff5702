import { create, getOption, toBinary, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { subject } from "@lacio/proto/options/v1/options";

/** Something that happened, ready for the outbox. */
export type Fact = { subject: string; type: string; key: string; payload: Uint8Array };

/** A fact about the aggregate `key`; an aggregate's facts are published in the order of `emit`. @throws when the message is no event. */
export function fact<S extends DescMessage>(schema: S, key: string, init: MessageInitShape<S>): Fact {
  return { subject: subjectOf(schema), type: schema.typeName, key, payload: toBinary(schema, create(schema, init)) };
}

/** The NATS subject of an event, from its `subject` option. @throws when the message has none. */
export function subjectOf(schema: DescMessage): string {
  const value = getOption(schema, subject);
  if (!value) throw new Error(`${schema.typeName} has no subject: it is not an event`);
  return value;
}
