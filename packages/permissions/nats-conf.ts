/** Where a nats-server listens and keeps its streams; `syncAlways`: whether it syncs a message to the disk before its ack, as in production. */
export type NatsSettings = { listen: string; monitor: string; store: string; syncAlways: boolean };

/** The part of nats.conf with these accounts (natsAccounts). NATS reads JSON as its own format. */
export const accountsConf = (accounts: object): string => `accounts: ${JSON.stringify(accounts, undefined, 2)}\n`;

/** nats.conf of one server; `accounts` is accountsConf's text, or `include <file>` with it. */
export const natsConf = ({ listen, monitor, store, syncAlways }: NatsSettings, accounts: string): string => `
server_name: lacio
listen: "${listen}"
http: "${monitor}"
${accounts}
jetstream {
  store_dir: ${JSON.stringify(store)}
  max_mem: 64M
  max_file: 1G
  ${syncAlways ? "sync_interval: always" : ""}
}
`;
