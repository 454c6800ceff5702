/**
 * The provider said no, and will say so again.
 * "key_spent": its answer to this idempotency key is useless for good (a stored failure, or other parameters); only a new key can help.
 */
export class ProviderRefusal extends Error {
  readonly kind: "refused" | "key_spent";

  constructor(kind: "refused" | "key_spent", message: string, cause: unknown) {
    super(message, { cause });
    this.name = "ProviderRefusal";
    this.kind = kind;
  }
}
