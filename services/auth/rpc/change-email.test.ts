import { describe, expect, test } from "@jest/globals";
import { asService, clientFor, mails, refusal, sharedSystem, signUp, sql, until, type SignedIn } from "@lacio/testkit/testing";
import { AuthService, IssueLinkTokenRequest_Purpose as Purpose } from "@lacio/proto/auth/v1/auth_service";
import { UsersService } from "@lacio/proto/users/v1/users_service";
import { hashOf } from "../domain/session.ts";

const system = sharedSystem();
const auth = clientFor(AuthService, system);
const as = ({ accessToken }: SignedIn) => clientFor(AuthService, system, accessToken);
const asNotification = clientFor(AuthService, system, asService("notification", system));
const asInvoice = clientFor(UsersService, system, asService("invoice", system));

const address = () => `${crypto.randomUUID()}@example.com`;
const change = (person: SignedIn, email: string, password = person.password) => refusal(as(person).changeEmail({ password, email }));
const tokenOf = async ({ id }: SignedIn, purpose = Purpose.CHANGE_EMAIL) =>
  (await asNotification.issueLinkToken({ accountId: id, purpose })).token;
const confirm = (token: string) => refusal(auth.confirmEmailChange({ token }));
const emailOf = async ({ id }: SignedIn) => (await sql(system, "auth", "select email from account where id = $1", [id]))[0]!.email;
const contactOf = async ({ id }: SignedIn) => (await asInvoice.getContact({ accountId: id })).profile!;
const invalid = "FailedPrecondition link_invalid";

/** A client who has confirmed her address: mails to her may be caused by others. */
async function known(): Promise<SignedIn> {
  const person = await signUp(system);
  await auth.verifyEmail({ token: await tokenOf(person, Purpose.VERIFY_EMAIL) });
  await until(async () => (await contactOf(person)).emailVerified);
  return person;
}

const mailedToken = async (email: string) => {
  const mail = await until(async () => (await mails(system, email)).find(({ text }) => text.includes("/links/confirm-email")));
  return new URL(/https?:\/\/\S+\/links\/\S+/.exec(mail.text)![0]).searchParams.get("token")!;
};

describe("an e-mail address is changed", () => {
  test("by the link that is mailed to the new one; the old one is told and works until then; mails and invoices follow", async () => {
    const [person, email] = [await known(), address()];
    expect(await change(person, ` ${email.toUpperCase()} `)).toBe("not refused");
    const token = await mailedToken(email);
    expect(await as(person).getEmailChange({ accountId: person.id })).toMatchObject({ email });
    expect(await refusal(as(await signUp(system)).getEmailChange({ accountId: person.id }))).toBe("NotFound not_found");
    const told = await until(async () => (await mails(system, person.email)).find(({ subject }) => subject.includes("cambiar el correo")));
    expect(told.text).toContain(`${email[0]}…@example.com`);
    expect(told.text + told.html).not.toContain(email);
    expect([await emailOf(person), await refusal(auth.login(person))]).toEqual([person.email, "not refused"]);

    expect(await confirm(token)).toBe("not refused");
    expect(await refusal(auth.login(person))).toBe("Unauthenticated bad_credentials");
    expect(await refusal(auth.login({ ...person, email }))).toBe("not refused");
    expect(await refusal(auth.refresh(person))).toBe("not refused");
    await until(async () => (await contactOf(person)).email === email);
    expect(await contactOf(person)).toMatchObject({ email, emailVerified: true, name: person.name });
    expect(await confirm(token)).toBe(invalid);
    expect((await signUp(system, { email: person.email })).id).not.toBe(person.id); // the old one is free
  });

  test("only with the password, and only to another, free address", async () => {
    const [person, other] = [await signUp(system), await signUp(system)];
    expect(await change(person, address(), "adivinando")).toBe("InvalidArgument wrong_password password");
    expect(await change(person, person.email.toUpperCase())).toBe("InvalidArgument email_unchanged email");
    expect(await change(person, other.email)).toBe("AlreadyExists email_taken");
    expect(await change(person, "ana@")).toBe("InvalidArgument invalid_argument email");
    expect(await refusal(asNotification.getEmailChange({ accountId: person.id }))).toBe("NotFound not_found");
  });

  test("at most three times an hour: whoever is signed in could have strangers mailed, as could many for one stranger", async () => {
    const [person, stranger] = [await signUp(system), address()];
    for (let n = 0; n < 3; n++) expect(await change(person, address())).toBe("not refused");
    expect(await change(person, address())).toBe("ResourceExhausted too_many_requests");
    const many = await Promise.all([1, 2, 3, 4].map(() => signUp(system)));
    const answers = await Promise.all(many.map((one) => change(one, stranger)));
    expect(answers.sort()).toEqual(["ResourceExhausted too_many_requests", ...Array<string>(3).fill("not refused")]);
  });

  test("without a word to the old one, when nobody has confirmed that: it may be a stranger's, typed by mistake", async () => {
    const [person, email] = [await signUp(system), address()];
    await change(person, email);
    expect(await confirm(await mailedToken(email))).toBe("not refused");
    expect((await mails(system, person.email)).filter(({ subject }) => subject.includes("cambiar el correo"))).toEqual([]);
  });
});

describe("a link to a new address", () => {
  test("ends with a newer request", async () => {
    const [person, second] = [await signUp(system), address()];
    await change(person, address());
    const older = await tokenOf(person);
    await change(person, second);
    expect(await confirm(older)).toBe(invalid);
    expect([await confirm(await tokenOf(person)), await emailOf(person)]).toEqual(["not refused", second]);
  });

  test("of one kind is none of another, and too old or unknown it changes nothing", async () => {
    const person = await signUp(system);
    await change(person, address());
    const token = await tokenOf(person);
    expect(await refusal(auth.verifyEmail({ token }))).toBe(invalid);
    expect(await refusal(auth.resetPassword({ token, password: "otra clave larga" }))).toBe(invalid);
    await sql(system, "auth", "update link_token set expires_at = now() where hash = $1", [hashOf(token)]);
    for (const bad of [token, "unknown", await tokenOf(person, Purpose.RESET_PASSWORD)]) expect(await confirm(bad)).toBe(invalid);
    expect(await emailOf(person)).toBe(person.email);
  });

  test("once used, voids all that was mailed to the old address, and a waiting mail's secret goes to the new one", async () => {
    const [person, email] = [await signUp(system), address()];
    const [reset, verify] = [await tokenOf(person, Purpose.RESET_PASSWORD), await tokenOf(person, Purpose.VERIFY_EMAIL)];
    await change(person, email);
    await confirm(await tokenOf(person));
    expect(await refusal(auth.resetPassword({ token: reset, password: "otra clave larga" }))).toBe(invalid);
    const spent = "select 1 from link_token where hash = $1 and used_at is not null";
    expect(await sql(system, "auth", spent, [hashOf(verify)])).toHaveLength(1);
    expect(await asNotification.issueLinkToken({ accountId: person.id, purpose: Purpose.RESET_PASSWORD })).toMatchObject({ email });
  });

  test("works once under concurrent requests", async () => {
    const person = await signUp(system);
    await change(person, address());
    const token = await tokenOf(person);
    const answers = await Promise.all([1, 2, 3, 4].map(() => confirm(token)));
    expect(answers.sort()).toEqual([...Array<string>(3).fill(invalid), "not refused"]);
  });

  test("is spent on an address that somebody else has got since; of two at once one gets it", async () => {
    const [late, email] = [await signUp(system), address()];
    await change(late, email);
    const token = await tokenOf(late);
    await signUp(system, { email });
    expect([await confirm(token), await confirm(token)]).toEqual(["AlreadyExists email_taken", invalid]);

    const [pair, wanted] = [await Promise.all([signUp(system), signUp(system)]), address()];
    for (const one of pair) await change(one, wanted);
    const tokens = await Promise.all(pair.map((one) => tokenOf(one)));
    expect((await Promise.all(tokens.map(confirm))).sort()).toEqual(["AlreadyExists email_taken", "not refused"]);
  });

  test("is issued for nobody whose address is not about to change", async () => {
    const person = await signUp(system);
    expect(await refusal(tokenOf(person))).toBe("NotFound not_found");
  });
});
