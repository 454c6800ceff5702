import { describe, expect, test } from "@jest/globals";
import { chassisConfig, ConfigError, readConfig, roles } from "./config.ts";

const read = (from: Record<string, string>) =>
  readConfig(
    (env) => ({
      url: env.url("DATABASE_URL"),
      minutes: env.number("HOLD_MINUTES", 10, { min: 1, max: 60 }),
      flag: env.flag("FLAG", false),
      zone: env.timeZone("ZONE", "America/Bogota"),
      roles: env.list("LACIO_ROLES", roles, ["rpc"]),
    }),
    from,
  );

describe("readConfig", () => {
  test("gives defaults and typed values", () => {
    expect(read({ DATABASE_URL: "postgres://x/y" })).toEqual({
      url: "postgres://x/y",
      minutes: 10,
      flag: false,
      zone: "America/Bogota",
      roles: ["rpc"],
    });
    expect(read({ DATABASE_URL: "postgres://x/y", HOLD_MINUTES: "5", FLAG: "true", LACIO_ROLES: "events, timers" })).toMatchObject({
      minutes: 5,
      flag: true,
      roles: ["events", "timers"],
    });
  });

  test("reports every error at once, each by its variable", () => {
    const wrong = () => read({ HOLD_MINUTES: "soon", FLAG: "yes", ZONE: "America/Nowhere", LACIO_ROLES: "rpc,web" });
    expect(wrong).toThrow(ConfigError);
    for (const name of ["DATABASE_URL", "HOLD_MINUTES", "FLAG", "ZONE", "LACIO_ROLES"]) expect(wrong).toThrow(new RegExp(name));
  });

  test("refuses the address of a peer that is no URL when its client is made", () => {
    const servers = { DATABASE_URL: "postgres://x/y", NATS_URL: "nats://x" };
    const { peer } = readConfig((env) => chassisConfig(env, "booking"), { ...servers, USERS_URL: "users" });
    expect(() => peer("users")).toThrow(new ConfigError(["USERS_URL is not a URL"]));
    const { peer: other } = readConfig((env) => chassisConfig(env, "booking"), { ...servers, USERS_URL: "users:8080" });
    expect(() => other("users")).toThrow(new ConfigError(["USERS_URL must begin with http:// or https://"]));
    expect(peer("staff")).toBe("http://staff:8080");
  });

  test("a service asks itself at its own ports, others by their names", () => {
    const from = { DATABASE_URL: "postgres://x/y", NATS_URL: "nats://x", RPC_PORT: "7070", HTTP_PORT: "7071" };
    const asked = (service: string) => {
      const { peer, jwksUrl } = readConfig((env) => chassisConfig(env, service), from);
      return [peer("auth"), jwksUrl];
    };
    expect(asked("auth")).toEqual(["http://127.0.0.1:7070", "http://127.0.0.1:7071/.well-known/jwks.json"]);
    expect(asked("users")).toEqual(["http://auth:8080", "http://auth:8081/.well-known/jwks.json"]);
  });

  test.each([
    ["0.0.0.0", "127.0.0.1"],
    ["::", "127.0.0.1"],
    ["10.0.0.7", "10.0.0.7"],
    ["fd00::7", "[fd00::7]"],
  ])("a service that listens at %s asks itself at %s", (address, host) => {
    const from = { DATABASE_URL: "postgres://x/y", NATS_URL: "nats://x", BIND_ADDRESS: address };
    const { peer, jwksUrl } = readConfig((env) => chassisConfig(env, "auth"), from);
    expect([peer("auth"), jwksUrl]).toEqual([`http://${host}:8080`, `http://${host}:8081/.well-known/jwks.json`]);
  });

  test("keys of service tokens are a file, or a URL that may be logged", () => {
    const keys = (value: string) =>
      readConfig((env) => chassisConfig(env, "users").serviceTokenJwks, {
        DATABASE_URL: "postgres://x/y",
        NATS_URL: "nats://x",
        SERVICE_TOKEN_JWKS: value,
      });
    for (const right of ["/etc/keys.json", "keys.json", "https://kubernetes.default.svc/openid/v1/jwks"]) expect(keys(right)).toBe(right);
    const noUrl = new ConfigError(["SERVICE_TOKEN_JWKS begins with http and is not a URL"]);
    for (const wrong of ["http://", "https//kubernetes.default.svc", "httpd://x", "http://a b/"]) expect(() => keys(wrong)).toThrow(noUrl);
    const secret = new ConfigError(["SERVICE_TOKEN_JWKS must not have a user or a password in it"]);
    for (const wrong of ["https://me:mine@x/jwks", "https://me@x/jwks"]) expect(() => keys(wrong)).toThrow(secret);
  });

  test.each(["0", "61", "1.5", "1e9", "-1"])("refuses %s where 1 to 60 is meant", (text) => {
    expect(() => read({ DATABASE_URL: "postgres://x/y", HOLD_MINUTES: text })).toThrow(/HOLD_MINUTES must be a whole number from 1 to 60/);
  });
});
