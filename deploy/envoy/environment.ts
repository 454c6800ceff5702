import type { Address } from "./edge.ts";

/** Variables by their kind. What is wrong with them is collected, so that one start names every one. An empty variable counts as missing. */
export function variablesOf(env: Record<string, string | undefined>) {
  const wrong: string[] = [];

  /** The host and the port of a URL. */
  const address = (name: string, fallback: string): Address => {
    const url = env[name] || fallback;
    if (!/^https?:/.test(url) || !URL.canParse(url)) {
      wrong.push(`${name} must be a URL that begins with http:// or https://, not "${url}"`);
      return ["nowhere", 0];
    }
    const { protocol, hostname, port } = new URL(url);
    return [hostname.replace(/^\[(.*)\]$/, "$1"), Number(port || (protocol === "https:" ? 443 : 80))];
  };

  /** A whole number in the unit that the variable's name says. */
  const number = (name: string, fallback: number, { min = 0, max = 1_000_000 } = {}): number => {
    const value = Number(env[name] || fallback);
    if (!Number.isInteger(value) || value < min || value > max)
      wrong.push(`${name} must be a whole number from ${min} to ${max}, not "${env[name]}"`);
    return value;
  };

  const flag = (name: string): boolean => {
    const value = env[name] || "false";
    if (value !== "true" && value !== "false") wrong.push(`${name} must be true or false, not "${value}"`);
    return value === "true";
  };

  return {
    wrong,
    text: (name: string, fallback: string) => env[name] || fallback,
    has: (name: string) => Boolean(env[name]),
    address,
    number,
    flag,
  };
}

/** Names every wrong variable, in the words of the services. */
export class WrongEnvironment extends Error {
  constructor(wrong: string[]) {
    super(`The configuration is wrong:\n${wrong.map((one) => `  - ${one}`).join("\n")}`);
    this.name = "WrongEnvironment";
  }
}
