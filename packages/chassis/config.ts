// Configuration from the environment: one literal per service, every error reported at once.

/** Reads typed values from `env`, collecting errors instead of stopping at the first one. */
export class Env {
  readonly env: Record<string, string | undefined>;
  readonly errors: string[] = [];

  constructor(env: Record<string, string | undefined>) {
    this.env = env;
  }

  /** An empty variable counts as missing. */
  text(name: string, fallback?: string): string {
    const value = this.env[name] || fallback;
    if (value === undefined) this.errors.push(`${name} is missing`);
    return value ?? "";
  }

  optional(name: string): string | undefined {
    return this.env[name] || undefined;
  }

  /** An integer from `min` to `max`, in the unit that the variable's name says (HOLD_MINUTES). */
  number(name: string, fallback: number, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}): number {
    const text = this.env[name];
    if (!text) return fallback;
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    this.errors.push(`${name} must be a whole number from ${min} to ${max}, not "${text}"`);
    return fallback;
  }

  flag(name: string, fallback: boolean): boolean {
    const text = this.env[name];
    if (!text) return fallback;
    if (text !== "true" && text !== "false") this.errors.push(`${name} must be true or false, not "${text}"`);
    return text === "true";
  }

  url(name: string, fallback?: string): string {
    const value = this.text(name, fallback);
    if (value && !URL.canParse(value)) this.errors.push(`${name} is not a URL`);
    return value;
  }

  /** A file or, where it begins with http, a URL, without a password: it is logged. */
  fileOrUrl(name: string): string | undefined {
    const value = this.optional(name);
    if (!value || !/^http/i.test(value)) return value;
    const url = URL.parse(value);
    if (!url || !/^https?:$/.test(url.protocol)) this.errors.push(`${name} begins with http and is not a URL`);
    else if (url.username || url.password) this.errors.push(`${name} must not have a user or a password in it`);
    return value;
  }

  /** An IANA time zone. */
  timeZone(name: string, fallback: string): string {
    const value = this.text(name, fallback);
    try {
      new Intl.DateTimeFormat("en", { timeZone: value });
    } catch {
      this.errors.push(`${name} is not a time zone: "${value}"`);
    }
    return value;
  }

  /** Words of `allowed`, separated by commas. */
  list<T extends string>(name: string, allowed: readonly T[], fallback: readonly T[]): T[] {
    const text = this.env[name];
    if (!text) return [...fallback];
    const values = text.split(",").map((value) => value.trim());
    const wrong = values.filter((value) => !(allowed as readonly string[]).includes(value));
    if (wrong.length > 0) this.errors.push(`${name} knows ${allowed.join(", ")}; not ${wrong.join(", ")}`);
    return values as T[];
  }
}

/** Lists all wrong variables. */
export class ConfigError extends Error {
  constructor(errors: string[]) {
    super(`The configuration is wrong:\n${errors.map((error) => `  - ${error}`).join("\n")}`);
    this.name = "ConfigError";
  }
}

/** Builds a configuration from the environment. @throws ConfigError naming every wrong variable. */
export function readConfig<T>(read: (env: Env) => T, from: Record<string, string | undefined> = process.env): T {
  const env = new Env(from);
  const config = read(env);
  if (env.errors.length > 0) throw new ConfigError(env.errors);
  return config;
}

/** The longest life of a person's access token, in minutes: so long it is remembered that a session ended, and kept which key signed. */
export const longestTokenMinutes = 60;

const levels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export const roles = ["migrate", "rpc", "events", "timers"] as const;

const rolesOf = (env: Env) => env.list("LACIO_ROLES", roles, ["rpc", "events", "timers"]);
const logLevelOf = (env: Env) => env.list("LOG_LEVEL", levels, ["info"])[0]!;

/** Whether this process migrates and does nothing else. */
export const onlyMigrates = (from = process.env) => rolesOf(new Env(from)).every((role) => role === "migrate");

/** The variables of such a process. */
export const migrationConfig = (env: Env) => ({ migrationDatabaseUrl: env.url("MIGRATION_DATABASE_URL"), logLevel: logLevelOf(env) });

/** The variables of every service; README lists them with their defaults. */
export function chassisConfig(env: Env, service: string) {
  const bindAddress = env.text("BIND_ADDRESS", "0.0.0.0");
  const rpcPort = env.number("RPC_PORT", 8080, { max: 65535 });
  const httpPort = env.number("HTTP_PORT", 8081, { max: 65535 });
  // A service asks its own process, not its name, behind which there is nobody until the first replica is ready.
  const hostOf = (name: string) => (name === service ? ownHost(bindAddress) : name);
  const portOf = (name: string, own: number, usual: number) => (name === service ? own : usual);
  return {
    roles: rolesOf(env),
    bindAddress,
    rpcPort,
    httpPort,
    opsPort: env.number("OPS_PORT", 9090, { max: 65535 }),
    reflection: env.flag("LACIO_REFLECTION", false),
    databaseUrl: env.url("DATABASE_URL"),
    /** PostgreSQL itself where databaseUrl is a pooler, for what belongs to a session. */
    directDatabaseUrl: env.optional("DIRECT_DATABASE_URL") && env.url("DIRECT_DATABASE_URL"),
    migrationDatabaseUrl: env.optional("MIGRATION_DATABASE_URL"),
    poolMax: env.number("DB_POOL_MAX", 10, { min: 2, max: 200 }),
    statementTimeoutMs: env.number("DB_STATEMENT_TIMEOUT_MS", 5_000, { min: 100 }),
    natsUrl: env.url("NATS_URL"),
    jwksUrl: env.url("JWKS_URL", `http://${hostOf("auth")}:${portOf("auth", httpPort, 8081)}/.well-known/jwks.json`),
    tokenIssuer: env.text("TOKEN_ISSUER", "lacio"),
    tokenAudience: env.text("TOKEN_AUDIENCE", "lacio"),
    serviceTokenFile: env.optional("SERVICE_TOKEN_FILE"),
    serviceTokenJwks: env.fileOrUrl("SERVICE_TOKEN_JWKS"),
    serviceTokenJwksBearerFile: env.optional("SERVICE_TOKEN_JWKS_BEARER_FILE"),
    serviceTokenIssuer: env.text("SERVICE_TOKEN_ISSUER", "https://kubernetes.default.svc"),
    serviceTokenNamespace: env.text("SERVICE_TOKEN_NAMESPACE", "lacio"),
    callTimeoutMs: env.number("CALL_TIMEOUT_MS", 5_000, { min: 100 }),
    eventMaxFailures: env.number("EVENT_MAX_FAILURES", 8, { min: 1 }),
    jobLeaseSeconds: env.number("JOB_LEASE_SECONDS", 10, { min: 1, max: 3_600 }),
    jobPollMs: env.number("JOB_POLL_MS", 5_000, { min: 10, max: 3_600_000 }),
    outboxPollMs: env.number("OUTBOX_POLL_MS", 250, { min: 10 }),
    outboxKeepDays: env.number("OUTBOX_KEEP_DAYS", 30, { min: 1 }),
    drainSeconds: env.number("DRAIN_SECONDS", 20, { min: 1 }),
    logLevel: logLevelOf(env),
    // Read after all other variables, so it throws for itself. @throws ConfigError
    peer(name: string): string {
      const variable = `${name.toUpperCase()}_URL`;
      const url = readConfig((peers) => peers.url(variable, `http://${hostOf(name)}:${portOf(name, rpcPort, 8080)}`), env.env);
      if (!/^https?:/.test(url)) throw new ConfigError([`${variable} must begin with http:// or https://`]);
      return url;
    },
    service,
  };
}

// Where a process that listens at `address` finds itself.
function ownHost(address: string): string {
  if (address === "0.0.0.0" || address === "::") return "127.0.0.1";
  return address.includes(":") ? `[${address}]` : address;
}

export type ChassisConfig = ReturnType<typeof chassisConfig>;
