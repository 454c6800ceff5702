/** A mailbox of the salon, as the configuration writes it: `Lacio <hola@lacio.example>`, or the address alone. */
export type Mailbox = { name: string; address: string; domain: string };

const form = /^(?:"?([^"<>]*?)"?\s*<([^\s<>@]+@([^\s<>@]+))>|([^\s<>@]+@([^\s<>@]+)))$/;

/** @returns undefined when it is none */
export function mailboxOf(text: string): Mailbox | undefined {
  const [, name, address, domain, bare, bareDomain] = form.exec(text.trim()) ?? [];
  const found = { name: name ?? "", address: address ?? bare ?? "", domain: domain ?? bareDomain ?? "" };
  return found.address ? found : undefined;
}
