/** Where a nats-server listens and keeps its streams; `syncAlways`: whether it syncs a message to the disk before its ack, as in production. */
export type NatsSettings = { listen: string; monitor: string; store: string; syncAlways: boolean };

/** nats.conf of one server with these accounts (natsAccounts). NATS reads JSON as its own format. */
export const natsConf = ({ listen, monitor, store, syncAlways }: NatsSettings, accounts: object): string => `
server_name: lacio
listen: "${listen}"
http: "${monitor}"
accounts: ${JSON.stringify(accounts, undefined, 2)}
jetstream {
  store_dir: ${JSON.stringify(store)}
  max_mem: 64M
  max_file: 1G
  ${syncAlways ? "sync_interval: always" : ""}
}
`;
