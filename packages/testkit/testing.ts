import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import tls from "node:tls";
import type { DescService } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Client, type Interceptor } from "@connectrpc/connect";
import type { Http2SessionManager } from "@connectrpc/connect-node";
import { openSession, transportOver } from "@lacio/chassis/transport";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { BadRequestSchema, ErrorInfoSchema } from "@lacio/proto/google/rpc/error_details";
import pg from "pg";
import type { SystemDescription } from "./system.ts";

/** The system that this test run shares. Each test brings its own people, days and bookings, so that tests don't meet. */
export function sharedSystem(): SystemDescription {
  const file = process.env.LACIO_TEST_SYSTEM;
  if (!file) throw new Error("There is no shared system: jest.config.js needs packages/testkit/jest-global-setup.ts as its globalSetup.");
  const system = JSON.parse(fs.readFileSync(file, "utf8")) as SystemDescription;
  trustEdge(system);
  return system;
}

/** From here on `fetch` and every TLS client of this process accept the edge's certificate. */
export function trustEdge({ certificate }: SystemDescription) {
  if (certificate === trusted) return; // every certificate of the world would be read again for the next connection
  trusted = certificate;
  tls.setDefaultCACertificates([...tls.getCACertificates("bundled"), fs.readFileSync(certificate, "utf8")]);
}
let trusted: string | undefined;

// ---- calling

/** A client of the service's own port, past the edge. */
export function clientFor<S extends DescService>(service: S, system: SystemDescription, token?: string): Client<S> {
  const name = service.typeName.split(".")[1]!;
  const baseUrl = system.urls[name];
  if (!baseUrl) throw new Error(`This system runs no ${name}.`);
  const session = sessions.get(baseUrl) ?? openSession(baseUrl, { idleConnectionTimeoutMs: 500 }); // or Jest would wait for it
  sessions.set(baseUrl, session);
  return createClient(service, transportOver(session, { interceptors: token ? [bearer(token)] : [] }));
}
const sessions = new Map<string, Http2SessionManager>();

const bearer =
  (token: string): Interceptor =>
  (next) =>
  (request) => {
    request.header.set("authorization", `Bearer ${token}`);
    return next(request);
  };

/** The token with which a service calls its peers. */
export function asService(name: string, system: SystemDescription): string {
  return fs.readFileSync(path.join(system.dir, "identity", `${name}.token`), "utf8");
}

/** What a call was refused with: code, reason and fields, as in "InvalidArgument invalid_argument name"; "not refused" otherwise. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => ConnectError.from(reason),
  );
  if (!error) return "not refused";
  const fields = error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations.map(({ field }) => field));
  return [Code[error.code], error.findDetails(ErrorInfoSchema)[0]?.reason, ...fields].filter(Boolean).join(" ");
}

// ---- people

export interface SignedIn {
  id: string;
  email: string;
  password: string;
  name: string;
  accessToken: string;
  refreshToken: string;
}

/** A new client of the salon, with a real account and real tokens. */
export async function signUp(
  system: SystemDescription,
  wishes: { email?: string; name?: string; phone?: string; locale?: string } = {},
): Promise<SignedIn> {
  const person = {
    email: `${crypto.randomUUID()}@example.com`,
    name: "Ana Gómez",
    phone: "3001234567",
    locale: "es",
    ...wishes,
    password: "una clave larga",
  };
  const { user, accessToken, refreshToken } = await clientFor(AuthService, system).register(person);
  return { id: user!.id, email: person.email, password: person.password, name: person.name, accessToken, refreshToken };
}

export async function signIn(system: SystemDescription, { email, password }: { email: string; password: string }): Promise<string> {
  return (await clientFor(AuthService, system).login({ email, password })).accessToken;
}

/** Signing in is limited per account and minute, so a test file does it once. */
export function adminToken(system: SystemDescription): Promise<string> {
  return (admin ??= signIn(system, system.admin));
}
let admin: Promise<string> | undefined;

// ---- looking

export interface ReceivedMail {
  subject: string;
  from: string;
  html: string;
  text: string;
  attachments: { name: string; contentType: string; bytes: Buffer }[];
}

/** What lies in somebody's mailbox, oldest first. */
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
        // What has no name is another form of the text, as an invitation is.
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

/** Asks a service's own database; what a test changes there, it changes behind the service's back. */
export async function sql<Row = Record<string, unknown>>(
  system: SystemDescription,
  service: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: system.databaseUrls[service] });
  await client.connect();
  try {
    return (await client.query(text, values)).rows as Row[];
  } finally {
    await client.end();
  }
}

/** What can be waited for. No number: a count of 0 would be an answer, and nothing would be waited for. */
type Awaitable = object | string | boolean | bigint | null | undefined | void;

/** Waits until the question has an answer that is neither false nor missing, and gives it back. Errors count as "not yet". */
export async function until<T extends Awaitable>(
  question: () => T | Promise<T>,
  { timeoutMs = 15_000 } = {},
): Promise<Exclude<T, false | null | undefined>> {
  let last: unknown;
  for (const deadline = Date.now() + timeoutMs; ; await sleep(50)) {
    try {
      const answer = await question();
      if (answer !== false && answer !== undefined && answer !== null) return answer as unknown as Exclude<T, false | null | undefined>;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline)
      throw new Error(`Waited ${timeoutMs / 1000} s in vain for ${question.toString()}; the last answer was ${String(last)}`, {
        cause: last,
      });
  }
}
