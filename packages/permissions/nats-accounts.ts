import type { Permissions } from "@lacio/chassis/permissions";
import { jetStreamPrefix, resetSubject, streamOf, wakeSubject } from "@lacio/chassis/streams";

/** What a service sends to the broker's account: `subject` there, `as` in its own. */
type ServiceExport = { subject: string; as: string; answers: "one" | "many" };

/** The account with the streams. Services are in none of its users. */
export const brokerAccount = "LACIO";
export const provisioner = "provisioner";

/**
 * The `accounts` of nats.conf: one for the streams, administered by the provisioner, and one per service, with a user of its name, or the
 * users that `usersOf` gives it (two while a password is changed), who may all do the same. JetStream publishes its answers wherever a request's reply subject says, without asking whether the sender may publish there: `$JS.API.STREAM.DELETE.…` would
 * be such a subject. Across accounts an answer goes back into the account of the sender, where nobody but the sender listens.
 */
export function natsAccounts(
  services: Record<string, Permissions>,
  passwordOf: (user: string) => string,
  usersOf: (name: string) => string[] = (name) => [name],
) {
  const entries = Object.entries(services).map(([name, permissions]) => ({ name, exported: exportsFor(name, permissions) }));
  return {
    [brokerAccount]: {
      jetstream: "enabled",
      users: usersWith(provisioner, ["$JS.API.>"], [resetSubject("*")], { allow_responses: true }),
      exports: entries.flatMap(({ name, exported }) => exported.map((each) => exportOf(name, each))),
    },
    ...Object.fromEntries(
      entries.map(({ name, exported }) => [
        name,
        {
          users: usersWith(name, [...exported.map(({ as }) => as), wakeSubject(name)], [wakeSubject(name)]),
          imports: exported.map(({ subject, as }) => ({ service: { account: brokerAccount, subject }, to: as })),
        },
      ]),
    ),
  };

  function usersWith(name: string, publish: string[], subscribe: string[], more: object = {}) {
    const permissions = { publish, subscribe: ["_INBOX.>", ...subscribe], ...more };
    return usersOf(name).map((user) => ({ user, password: passwordOf(user), permissions }));
  }
}

/** With a user of the broker's account who may do everything: a person, or a test. */
export function withAdmin(accounts: Record<string, object>, user: string, password: string): Record<string, object> {
  const broker = accounts[brokerAccount] as { users: object[] };
  return { ...accounts, [brokerAccount]: { ...broker, users: [...broker.users, { user, password }] } };
}

/** A service may publish its facts, look at its own stream, and read those of others through consumers that it can't change. */
function exportsFor(service: string, { publishes, consumes }: Permissions): ServiceExport[] {
  const own = streamOf(service);
  const owner = publishes.length > 0 ? [api(`STREAM.INFO.${own}`), plain(resetSubject(service))] : [];
  const consumer = [...new Set(consumes.map(streamOf))].flatMap((stream) => [
    api(`CONSUMER.INFO.${stream}.${service}`),
    api(`CONSUMER.MSG.NEXT.${stream}.${service}`, "many"),
    plain(`$JS.ACK.${stream}.${service}.>`),
  ]);
  return [...publishes.map((subject) => plain(subject)), ...owner, ...consumer];
}

const plain = (subject: string): ServiceExport => ({ subject, as: subject, answers: "one" });
const api = (verb: string, answers: ServiceExport["answers"] = "one"): ServiceExport => ({
  subject: `$JS.API.${verb}`,
  as: `${jetStreamPrefix}.${verb}`,
  answers,
});

const exportOf = (service: string, { subject, answers }: ServiceExport) => ({
  service: subject,
  accounts: [service],
  ...(answers === "many" && { response_type: "stream" }),
});
