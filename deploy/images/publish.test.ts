import { expect, test } from "@jest/globals";
import { permissions } from "@lacio/permissions/table";
import type { Engine } from "./engine.ts";
import { join, published, push } from "./publish.ts";

const digest = "0".repeat(64);

function engine(answer = `sha256:${digest}\n`) {
  const shown: string[] = [];
  const recording: Engine = {
    show: (...args) => void shown.push(args.join(" ")),
    ask: () => ({ status: 0, stdout: answer, stderr: "no such image" }),
  };
  return { recording, shown };
}

test("every service is published, and the image for changing while it runs is not", () => {
  const names = published.map((image) => image.replace(/^lacio\/(.*):.*$/, "$1"));
  expect(names).toEqual(expect.arrayContaining(Object.keys(permissions)));
  expect(names).not.toContain("dev");
});

test("an image is pushed for one architecture, and joined to one of all", () => {
  const { recording, shown } = engine();
  push(recording, "registry.example/salon", "arm64");
  const lines = join(recording, "registry.example/salon", ["amd64", "arm64"]);
  const [first] = published;
  const remote = `registry.example/salon/${first}`;
  expect(shown.slice(0, 2)).toEqual([`tag ${first} ${remote}-arm64`, `push ${remote}-arm64`]);
  expect(shown).toContain(`buildx imagetools create --tag ${remote} ${remote}-amd64 ${remote}-arm64`);
  expect(lines.split("\n")[0]).toBe(`${digest}  ${remote.replace(/:[^:]*$/, "")}`);
  expect(lines.trim().split("\n").length).toBe(published.length);
});

test("an image without a digest ends it", () => {
  expect(() => join(engine("").recording, "registry.example/salon", ["amd64"])).toThrow(/has no digest: no such image/);
});
