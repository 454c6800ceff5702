import type { SystemDescription } from "../system/contract.ts";

export interface ReceivedMail {
  subject: string;
  from: string;
  html: string;
  text: string;
  attachments: { name: string; contentType: string; bytes: Buffer }[];
}

/** The mails that an address received, oldest first. */
export async function mails(system: SystemDescription, to: string): Promise<ReceivedMail[]> {
  const api = `${system.urls.mail}/api/email`;
  const list = (await (await fetch(`${api}?sort=asc&to.address=${encodeURIComponent(to)}`)).json()) as MaildevMail[];
  return Promise.all(
    list.map(async ({ id, subject, from, html, text, attachments = [] }) => ({
      subject,
      from: from[0]!.address,
      html: html ?? "",
      text: text ?? "",
      attachments: await Promise.all(
        // A part without a file name is an alternative of the text, such as the invitation (text/calendar).
        attachments
          .filter(({ filename }) => filename)
          .map(async ({ filename, generatedFileName, contentType }) => {
            const file = await fetch(`${api}/${id}/attachment/${encodeURIComponent(generatedFileName)}`);
            return { name: filename, contentType, bytes: Buffer.from(await file.arrayBuffer()) };
          }),
      ),
    })),
  );
}

interface MaildevMail {
  id: string;
  subject: string;
  from: { address: string }[];
  html?: string;
  text?: string;
  attachments?: { filename: string; generatedFileName: string; contentType: string }[];
}
