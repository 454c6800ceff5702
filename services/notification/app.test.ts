import { expect, test } from "@jest/globals";
import { ConfigError, readConfig as read } from "@lacio/chassis/config";
import { mailboxOf, readConfig } from "./app.ts";

test.each([
  ["Lacio <hola@lacio.example>", { name: "Lacio", address: "hola@lacio.example", domain: "lacio.example" }],
  ['"Lacio, Bogotá" <hola@lacio.example>', { name: "Lacio, Bogotá", address: "hola@lacio.example", domain: "lacio.example" }],
  [" hola@lacio.example ", { name: "", address: "hola@lacio.example", domain: "lacio.example" }],
  ["Lacio", undefined],
  ["Lacio <hola>", undefined],
  ["a@b.example, c@d.example", undefined],
])("%j is the mailbox %j", (text, mailbox) => {
  expect(mailboxOf(text)).toEqual(mailbox);
});

test("answers go to whoever writes, unless a mailbox for them is named; a wrong one stops the process", () => {
  const env = { SMTP_URL: "smtp://mail", PUBLIC_URL: "https://salon.example", MAIL_FROM: "Lacio <hola@lacio.example>" };
  expect(read(readConfig, env).mailReplyTo).toEqual(read(readConfig, env).mailFrom);
  expect(read(readConfig, { ...env, MAIL_REPLY_TO: "citas@lacio.example" }).mailReplyTo.address).toBe("citas@lacio.example");
  for (const wrong of [{ MAIL_FROM: "Lacio" }, { MAIL_FROM: "" }, { MAIL_REPLY_TO: "x" }])
    expect(() => read(readConfig, { ...env, ...wrong })).toThrow(ConfigError);
});
