type Received = { subject: string; attachments?: { filename: string; contentType: string }[] };

/** The mail with a PDF attached that `to` has received, if it is there already. */
export async function mailWithInvoice(mailbox: string, to: string): Promise<{ subject: string; attachments: string[] } | undefined> {
  const answer = await fetch(`${mailbox}/api/email?to.address=${encodeURIComponent(to)}`);
  const received = (await answer.json()) as Received[];
  const mail = received.find(({ attachments }) => attachments?.some(({ contentType }) => contentType === "application/pdf"));
  return mail && { subject: mail.subject, attachments: mail.attachments!.map(({ filename }) => filename).filter(Boolean) };
}
