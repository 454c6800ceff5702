export interface Config {
  port: number;
  /** 127.0.0.1 by default: who reaches the sandbox can make payments succeed. In a container 0.0.0.0. */
  bindAddress: string;
  secretKey: string;
  webhookSecret: string;
  webhookUrl: URL;
  publicUrl: string;
  dataDir: string;
}

/** @throws WrongSettings, which names every missing or wrong one */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const wrong: string[] = [];
  const text = (name: string) => env[name] || (wrong.push(`${name} is missing`), "");
  const url = (name: string) => {
    const value = text(name);
    if (value && !URL.canParse(value)) wrong.push(`${name} is not a URL: ${value}`);
    return URL.canParse(value) ? new URL(value) : new URL("http://invalid");
  };
  const port = Number(text("PORT"));
  if (!Number.isInteger(port) || port < 0 || port > 65535) wrong.push("PORT is not a port number");

  const config = {
    port,
    bindAddress: env["BIND_ADDRESS"] || "127.0.0.1",
    secretKey: text("STRIPE_SECRET_KEY"),
    webhookSecret: text("STRIPE_WEBHOOK_SECRET"),
    webhookUrl: url("WEBHOOK_URL"),
    publicUrl: url("PUBLIC_URL").href.replace(/\/$/, ""),
    dataDir: text("DATA_DIR"),
  };
  if (wrong.length > 0) throw new WrongSettings(wrong.join("\n"));
  return config;
}

export class WrongSettings extends Error {}
