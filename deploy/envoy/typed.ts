/** An Envoy config message as google.protobuf.Any. */
export const typed = (type: string, fields: object = {}): Typed => ({ "@type": `type.googleapis.com/envoy.${type}`, ...fields });

export const extension = (name: string, type: string, fields: object = {}): Extension => ({
  name,
  typed_config: typed(type, fields),
});

export interface Typed {
  "@type": string;
  [field: string]: unknown;
}

export interface Extension {
  name: string;
  typed_config: Typed;
}
