import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse, parseDocument } from "yaml";
import { ruleFaults, securityFaults, type PodTemplate } from "./testing/pods.ts";

const read = (name: string) => readFileSync(path.join(import.meta.dirname, "testing", name), "utf8");
const faults = (pod: PodTemplate) => [...securityFaults(pod), ...ruleFaults(pod, "Deployment")];

test("a pod as ours are breaks no rule", () => {
  expect(faults(parse(read("good-pod.yaml")) as PodTemplate)).toEqual([]);
});

describe("a pod is refused that", () => {
  const cases = parse(read("bad-pods.yaml")) as { at: (string | number)[]; to?: unknown; said: string }[];
  test.each(cases)("$said", ({ at, to, said }) => {
    const pod = parseDocument(read("good-pod.yaml"));
    if (to === undefined) pod.deleteIn(at);
    else pod.setIn(at, to);
    expect(faults(pod.toJS() as PodTemplate)).toContain(said);
  });
});
