import { m } from "#lib/paraglide/messages.js";

/** A browser's user agent as its owner would call the device: "Chrome en Android". */
export function deviceInWords(userAgent: string): string {
  const browser = [
    [/Edg\//, "Edge"],
    [/OPR\//, "Opera"],
    [/SamsungBrowser/, "Samsung Internet"],
    [/Firefox\/|FxiOS/, "Firefox"],
    [/Chrome\/|CriOS/, "Chrome"],
    [/Safari\//, "Safari"],
  ] as const;
  const system = [
    [/iPhone/, "iPhone"],
    [/iPad/, "iPad"],
    [/Android/, "Android"],
    [/Windows/, "Windows"],
    [/Macintosh/, "Mac"],
    [/Linux/, "Linux"],
  ] as const;
  const named = (list: readonly (readonly [RegExp, string])[]) => list.find(([pattern]) => pattern.test(userAgent))?.[1];
  const [program, machine] = [named(browser), named(system)];
  return program && machine ? m.browser_on({ program, machine }) : (program ?? machine ?? m.unknown_device());
}
