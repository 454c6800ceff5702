import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { createValidateInterceptor } from "@connectrpc/validate";
import { expect, test } from "@jest/globals";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "@lacio/proto/google/rpc/error_details";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { validator } from "@lacio/proto/validator";
import pino from "pino";
import { answerErrors, invalid, isOutage, notFound, Refusal, toConnectError, tooMany } from "./errors.ts";
import { createLog } from "./log.ts";

const silent = createLog("test", "silent");
const reasonOf = (error: ConnectError) => error.findDetails(ErrorInfoSchema)[0]?.reason;

test.each<[unknown, Code, string]>([
  [new Refusal("slot_taken", "taken", Code.AlreadyExists), Code.AlreadyExists, "slot_taken"],
  [notFound("booking"), Code.NotFound, "not_found"],
  [new ConnectError("late", Code.DeadlineExceeded), Code.DeadlineExceeded, "deadline_exceeded"],
  [Object.assign(new Error("no"), { code: "ECONNREFUSED" }), Code.Unavailable, "unavailable"],
  [Object.assign(new Error("terminating"), { code: "57P01" }), Code.Unavailable, "unavailable"],
  [new Error("Client has encountered a connection error and is not queryable"), Code.Unavailable, "unavailable"],
  [Object.assign(new Error("timeout"), { name: "TimeoutError" }), Code.Unavailable, "unavailable"], // of NATS' client
  // SQLSTATE class 22: validation should have refused the value, so it is a bug of ours, whoever sent it.
  [Object.assign(new Error("invalid input syntax for type uuid"), { code: "22P02" }), Code.Internal, "internal"],
  [new Error("wrapped", { cause: Object.assign(new Error("date out of range"), { code: "22008" }) }), Code.Internal, "internal"],
  [new TypeError("a bug with a secret in its text"), Code.Internal, "internal"],
])("%s is answered with its code and reason", (error, code, reason) => {
  const answer = toConnectError(error);
  expect([answer.code, reasonOf(answer)]).toEqual([code, reason]);
});

test.each([
  [new TypeError("password of ana"), "internal error"],
  [Object.assign(new Error('invalid input syntax for type uuid: "ana"'), { code: "22P02" }), "internal error"],
  [Object.assign(new Error("connect ECONNREFUSED 10.1.2.3:5432"), { code: "ECONNREFUSED" }), "try again shortly"],
  [Object.assign(new Error('role "booking" is not permitted to log in'), { code: "57P03" }), "try again shortly"],
])("the message of %s is not leaked", (error, said) => {
  const answer = toConnectError(error);
  expect([answer.rawMessage, answer.cause]).toEqual([said, undefined]);
});

test("a bug and an outage are logged once, with their cause; a refusal is not", async () => {
  const written: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => void written.push(JSON.parse(line) as Record<string, unknown>) });
  const throwing = (error: Error) =>
    createClient(
      AuthService,
      createRouterTransport(({ service }) => service(AuthService, { login: () => Promise.reject(error) }), {
        router: { interceptors: [answerErrors(log)] },
      }),
    ).login({});
  await expect(throwing(new Refusal("bad_credentials", "wrong", Code.Unauthenticated))).rejects.toThrow("wrong");
  expect(written).toEqual([]);
  await expect(throwing(Object.assign(new Error("date out of range"), { code: "22008" }))).rejects.toThrow("internal error");
  expect(written.splice(0)).toMatchObject([{ level: 50, rpc: "Login", err: { message: "date out of range", code: "22008" } }]);
  await expect(throwing(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }))).rejects.toThrow("try again shortly");
  expect(written).toMatchObject([{ level: 40, rpc: "Login", err: { message: "connect ECONNREFUSED" } }]);
});

test("invalid names the field; tooMany has a retry delay", () => {
  const [wrong] = toConnectError(invalid("desiredStart", "must be in the future")).findDetails(BadRequestSchema);
  expect(wrong!.fieldViolations).toMatchObject([{ field: "desiredStart", description: "must be in the future" }]);
  expect(toConnectError(tooMany("too_many_requests", "slow down", 7.2)).findDetails(RetryInfoSchema)[0]!.retryDelay!.seconds).toBe(8n);
});

test("violations of the proto's rules become BadRequest with proto JSON names", async () => {
  const transport = createRouterTransport(({ service }) => service(StaffService, { putSchedule: () => ({}) }), {
    router: { interceptors: [answerErrors(silent), createValidateInterceptor({ validator })] },
  });
  const call = createClient(StaffService, transport).putSchedule({ staffId: "x", shifts: [{ weekday: 9, start: "09:00", end: "08:00" }] });
  const error = ConnectError.from(await call.catch((thrown: unknown) => thrown));
  expect(error.code).toBe(Code.InvalidArgument);
  expect(reasonOf(error)).toBe("invalid_argument");
  expect(
    error
      .findDetails(BadRequestSchema)[0]!
      .fieldViolations.map(({ field }) => field)
      .sort(),
  ).toEqual(["shifts[0]", "shifts[0].weekday", "staffId"]);
});

test("a CEL rule that fails to evaluate is violated by the request as a whole", async () => {
  const transport = createRouterTransport(({ service }) => service(StaffService, { addTimeOff: () => ({}) }), {
    router: { interceptors: [answerErrors(silent), createValidateInterceptor({ validator })] },
  });
  const [start, end] = [{ seconds: 0n }, { seconds: 253_402_300_799n }];
  const call = createClient(StaffService, transport).addTimeOff({ staffId: crypto.randomUUID(), start, end });
  const error = ConnectError.from(await call.catch((thrown: unknown) => thrown));
  expect([error.code, reasonOf(error)]).toEqual([Code.InvalidArgument, "invalid_argument"]);
  expect(error.findDetails(BadRequestSchema)[0]!.fieldViolations).toMatchObject([{ field: "", description: error.rawMessage }]);
});

test("isOutage tells outages from bugs", () => {
  expect(isOutage(new Error("wrapped", { cause: Object.assign(new Error("x"), { code: "57P03" }) }))).toBe(true);
  expect(isOutage(Object.assign(new Error("deadlock detected"), { code: "40P01" }))).toBe(true);
  for (const code of ["ENETUNREACH", "ENETDOWN", "EHOSTUNREACH"])
    expect(isOutage(Object.assign(new Error("connect"), { code }))).toBe(true);
  for (const words of ["timeout expired", "Query read timeout"]) expect(isOutage(new Error(words))).toBe(true); // of pg's client
  expect(isOutage(new Error("the visit's timeout expired"))).toBe(false);
  expect(isOutage(new ConnectError("x", Code.Unavailable))).toBe(true);
  expect(isOutage(Object.assign(new Error("duplicate"), { code: "23505" }))).toBe(false);
  expect(isOutage(create(BadRequestSchema))).toBe(false);
});

test("a refusal reaches a client with its reason", async () => {
  const transport = createRouterTransport(
    ({ service }) =>
      service(AuthService, {
        login() {
          throw new Refusal("bad_credentials", "wrong", Code.Unauthenticated);
        },
      }),
    { router: { interceptors: [answerErrors(silent)] } },
  );
  const error = ConnectError.from(
    await createClient(AuthService, transport)
      .login({})
      .catch((thrown: unknown) => thrown),
  );
  expect([error.code, reasonOf(error)]).toEqual([Code.Unauthenticated, "bad_credentials"]);
});
