import { unavailable } from "@lacio/chassis/errors";
import { NotYet } from "@lacio/chassis/jobs";

/** nodemailer's: its message and `response` have the server's text, which can name people. */
type SmtpError = Error & { code?: string; originalCode?: string; responseCode?: number; response?: string; command?: string };

/**
 * What a mail that could not be sent means, in codes alone. Only an answer to the envelope or the message is about this mail: after a
 * greeting, a login or a connection that failed (421: the server closes it), any mail would fail.
 */
export function meaningOf(error: SmtpError): Error {
  const { code, responseCode = 0 } = error;
  const ofThisMail = (code === "EENVELOPE" || code === "EMESSAGE") && responseCode !== 421;
  if (!ofThisMail) return unavailable(codesOf(error));
  return responseCode >= 400 && responseCode < 500 ? new NotYet(codesOf(error)) : new Error(codesOf(error));
}

// "SMTP 550 5.1.1 at RCPT TO (EENVELOPE)", "SMTP at CONN (ESOCKET ECONNREFUSED)": reply and enhanced status code of the server (RFC 5321,
// RFC 3463), the command, and nodemailer's codes.
function codesOf({ name, code = name, originalCode, responseCode, response = "", command }: SmtpError): string {
  const enhanced = /^\d{3}[ -]([245](?:\.\d{1,3}){2})\b/.exec(response)?.[1];
  const why = [code, originalCode].filter(Boolean).join(" ");
  return ["SMTP", responseCode, enhanced, command && `at ${command}`, `(${why})`].filter(Boolean).join(" ");
}
