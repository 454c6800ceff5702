import { randomBytes } from "node:crypto";
import pg from "pg";
import { at, withClient } from "./postgres-client.ts";

/** Of one database, by the role that the service runs as, and by the one that owns it and migrates. */
export type DatabaseUrls = { url: string; ownerUrl: string };

/**
 * Plays the operator, with the superuser's address `admin`: creates a database, its owner `<name>_owner`, the group `<name>_running`, to
 * which each migration grants its rights, and a login of this group, `<name>`. They connect to no other database. Another call keeps the
 * data and sets the passwords, which are new ones unless they are given.
 */
export const createDatabase = (admin: string, name: string, passwords = { login: random(), owner: random() }): Promise<DatabaseUrls> =>
  oneByOne(admin, async (client) => {
    const [database, owner, running] = [quoted(name), `${name}_owner`, `${name}_running`];
    await ensureLogin(client, owner, passwords.owner);
    await ensureRole(client, running);
    const existing = await client.query("select 1 from pg_database where datname = $1", [name]);
    if (!existing.rowCount) await client.query(`create database ${database} owner ${quoted(owner)}`);
    await client.query(`revoke connect, temporary on database ${database}, postgres, template1 from public`);
    await client.query(`grant connect on database ${database} to ${quoted(running)}`);
    await ensureLogin(client, name, passwords.login, running);
    await withClient(at(admin, { database: name }), async (inside) => {
      await inside.query("create extension if not exists btree_gist"); // needs the superuser
      await inside.query("revoke execute on function lo_creat(int), lo_create(oid), lo_from_bytea(oid, bytea) from public");
      await inside.query(`reassign owned by ${quoted(name)} to ${quoted(owner)}`); // of a database that is older than its owner
    });
    return {
      url: at(admin, { user: name, password: passwords.login, database: name }),
      ownerUrl: at(admin, { user: owner, password: passwords.owner, database: name }),
    };
  });

/** Adds a login to a service's group, so that its password can be changed while replicas run as another one. Answers its URL. */
export const addLogin = (admin: string, database: string, login: string): Promise<string> =>
  oneByOne(admin, async (client) =>
    at(admin, { user: login, password: await ensureLogin(client, login, random(), `${database}_running`), database }),
  );

/** Gives a login a new password: new connections need it, open ones go on. Answers its URL. */
export const changePassword = (admin: string, database: string, login: string): Promise<string> =>
  oneByOne(admin, async (client) => at(admin, { user: login, password: await ensureLogin(client, login, random()), database }));

/** Removes a login, and ends its connections. */
export const dropLogin = (admin: string, login: string): Promise<void> =>
  oneByOne(admin, async (client) => {
    await client.query(`alter role ${quoted(login)} nologin`);
    await client.query("select pg_terminate_backend(pid) from pg_stat_activity where usename = $1", [login]);
    await client.query(`drop role ${quoted(login)}`);
  });

// Roles and rights of databases are rows that the whole server shares, and changes to one row at the same time fail.
const oneByOne = <T>(admin: string, work: (client: pg.Client) => Promise<T>): Promise<T> =>
  withClient(admin, async (client) => {
    await client.query("select pg_advisory_lock(hashtext('lacio.roles'))");
    return work(client);
  });

const timeouts = { statement_timeout: "5s", lock_timeout: "2s", idle_in_transaction_session_timeout: "10s" };

const random = () => randomBytes(18).toString("base64url");

/** Answers its password. */
async function ensureLogin(client: pg.Client, role: string, password: string, group?: string): Promise<string> {
  await ensureRole(client, role);
  await client.query(`alter role ${quoted(role)} login password ${pg.escapeLiteral(password)}`);
  if (!group) return password;
  await client.query(`grant ${quoted(group)} to ${quoted(role)}`);
  // Every connection of a service asks for these; behind a pooler that drops what it asks for, they are the role's.
  for (const [name, time] of Object.entries(timeouts)) await client.query(`alter role ${quoted(role)} set ${name} = '${time}'`);
  return password;
}

async function ensureRole(client: pg.Client, role: string): Promise<void> {
  const existing = await client.query("select 1 from pg_roles where rolname = $1", [role]);
  if (!existing.rowCount) await client.query(`create role ${quoted(role)} nologin`);
}

const quoted = (name: string): string => pg.escapeIdentifier(name);
