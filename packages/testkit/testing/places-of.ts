import fs from "node:fs";
import path from "node:path";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { Redis } from "ioredis";
import pg from "pg";
import type { SystemDescription } from "../system/contract.ts";

/** What to look for, by a name of its own. */
export type Texts = Record<string, string>;

/** Where a system has one of these texts, as "place: name": each column of each table, the streams' messages, Redis, the logs. */
export async function placesOf(system: SystemDescription, texts: Texts): Promise<string[]> {
  const inDatabases = Object.entries(system.databaseUrls).map(([service, url]) => inDatabase(service, url, texts));
  const found = await Promise.all([...inDatabases, inStreams(system, texts), inRedis(system, texts), inLogs(system, texts)]);
  return [...new Set(found.flat())].sort();
}

async function inDatabase(service: string, connectionString: string, texts: Texts): Promise<string[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const columns = await client.query<{ table: string; column: string; type: string }>(
      `select table_name as table, column_name as column, data_type as type from information_schema.columns
       join information_schema.tables using (table_schema, table_name) where table_schema = 'public' and table_type = 'BASE TABLE'`,
    );
    const found: string[] = [];
    for (const { table, column, type } of columns.rows) {
      const has =
        type === "bytea" ? `position(convert_to(looked_for, 'UTF8') in "${column}") > 0` : `position(looked_for in "${column}"::text) > 0`;
      const rows = await client.query<{ looked_for: string }>(
        `select looked_for from unnest($1::text[]) looked_for where exists (select from "${table}" where ${has})`,
        [Object.values(texts)],
      );
      found.push(...rows.rows.map(({ looked_for: text }) => `${service}.${table}.${column}: ${nameOf(texts, text)}`));
    }
    return found;
  } finally {
    await client.end();
  }
}

async function inStreams({ urls }: SystemDescription, texts: Texts): Promise<string[]> {
  const { host, username, password } = new URL(urls.nats!);
  const nats = await connect({ servers: host, user: username, pass: password });
  const found: string[] = [];
  try {
    const manager = await jetstreamManager(nats);
    for await (const { config, state } of manager.streams.list()) {
      if (state.messages === 0) continue;
      const consumer = await jetstream(nats).consumers.get(config.name);
      for await (const message of await consumer.fetch({ max_messages: state.messages, expires: 10_000 })) {
        const whole = [...(message.headers ?? [])].flat().join("\n") + Buffer.from(message.data).toString();
        found.push(...namesIn(texts, whole).map((name) => `${message.subject}: ${name}`));
      }
    }
  } finally {
    await nats.close();
  }
  return found;
}

async function inRedis({ urls }: SystemDescription, texts: Texts): Promise<string[]> {
  const redis = new Redis(urls.redis!);
  try {
    const found: string[] = [];
    for (const key of await redis.keys("*")) {
      const value = (await redis.type(key)) === "string" ? await redis.get(key) : await redis.dump(key);
      found.push(...namesIn(texts, `${key}\n${value}`).map((name) => `redis: ${name}`));
    }
    return found;
  } finally {
    redis.disconnect();
  }
}

async function inLogs({ dir }: SystemDescription, texts: Texts): Promise<string[]> {
  const files = fs.readdirSync(path.join(dir, "logs"));
  return files.flatMap((file) => namesIn(texts, fs.readFileSync(path.join(dir, "logs", file), "utf8")).map((name) => `${file}: ${name}`));
}

const namesIn = (texts: Texts, whole: string) => Object.keys(texts).filter((name) => whole.includes(texts[name]!));
const nameOf = (texts: Texts, text: string) => Object.keys(texts).find((name) => texts[name] === text);
