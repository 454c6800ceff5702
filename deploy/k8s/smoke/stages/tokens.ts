import { inside } from "../inside.ts";
import { podOf } from "../ready.ts";
import type { Cluster } from "../cluster.ts";
import type { Smoke } from "../smoke.ts";

type Answer = { status: number; text: string };

/** Who is called knows its caller by the token of a service account, which the API server signed. */
export async function tokens({ cluster, check }: Smoke): Promise<void> {
  const elsewhere = `${cluster.namespace}-elsewhere`;
  const caller = (await podOf(cluster, "web", "web")).metadata.name; // its policy lets it call every service, its account none
  const call = async (args: string[]) => {
    const token = (await cluster.kubectl(["create", "token", "--duration=10m", ...args])).trim();
    const method = "lacio.auth.v1.AuthService/ListEndedSessions"; // for every service, and nobody else
    return inside<Answer>(cluster, caller, "call", { url: "http://auth:8080", method, token, message: {} });
  };
  await check("a call with a service's own token is answered", async () => expect(await call(["booking", "--audience=lacio"]), 200));
  await check("a token of another audience is refused", async () =>
    expect(await call(["booking", "--audience=another"]), 401, "token_invalid"),
  );
  await check("a token for the API server is refused", async () => expect(await call(["booking"]), 401, "token_invalid"));
  await check("a token of another account is refused", async () => expect(await call(["web", "--audience=lacio"]), 403, "forbidden"));
  await check("a token of an account of the same name in another namespace is refused", () =>
    withAccount(cluster, elsewhere, "booking", async () =>
      expect(await call(["booking", "--audience=lacio", `--namespace=${elsewhere}`]), 401, "token_invalid"),
    ),
  );
}

function expect({ status, text }: Answer, wanted: number, reason = ""): void {
  if (status !== wanted || !text.includes(reason)) throw new Error(`It was answered by ${status}, ${text}`);
}

async function withAccount(cluster: Cluster, namespace: string, name: string, meanwhile: () => Promise<void>): Promise<void> {
  const drop = () => cluster.kubectl(["delete", "namespace", namespace, "--ignore-not-found", "--timeout=120s"]);
  await drop();
  await cluster.kubectl(["create", "namespace", namespace]);
  try {
    await cluster.kubectl(["create", "serviceaccount", name, `--namespace=${namespace}`]);
    await meanwhile();
  } finally {
    await drop();
  }
}
