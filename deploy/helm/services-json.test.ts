import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@jest/globals";
import { permissions } from "@lacio/permissions/table";
import { parse } from "yaml";
import { chartTruth } from "./truth.ts";

const chart = path.join(import.meta.dirname, "lacio");
const read = (file: string) => readFileSync(path.join(chart, file), "utf8");
const services = Object.keys(permissions).sort();

test("the chart's file of services is what the table and the code say now (npm run chart)", async () => {
  expect(JSON.parse(read("files/services.json"))).toEqual(JSON.parse(JSON.stringify(await chartTruth())));
});

test("values and their schema know exactly these services", () => {
  const schema = JSON.parse(read("values.schema.json")) as { properties: { services: { properties: object; required: string[] } } };
  expect(Object.keys(schema.properties.services.properties).sort()).toEqual(services);
  expect(schema.properties.services.required.toSorted()).toEqual(services);
  expect(Object.keys((parse(read("values.yaml")) as { services: object }).services).sort()).toEqual(services);
});

test("the chart has the version of Lacio", () => {
  const { version } = JSON.parse(readFileSync(path.join(chart, "../../../package.json"), "utf8")) as { version: string };
  expect(parse(read("Chart.yaml"))).toMatchObject({ version, appVersion: version });
});
