import { describe, expect, test } from "@jest/globals";
import { until } from "./until.ts";

describe("until", () => {
  test("gives back the first real answer; errors count as not yet", async () => {
    let asked = 0;
    const answer = await until(() => {
      if (++asked === 1) throw new Error("not there");
      return asked === 2 ? undefined : { asked };
    });
    expect(answer).toEqual({ asked: 3 });
    expect(await until(() => "")).toBe("");
    // @ts-expect-error a count of 0 would be an answer, and nothing would be waited for
    expect(await until(() => 0)).toBe(0);
  });

  test("fails with the question and its last answer", async () => {
    await expect(until(() => Promise.reject(new Error("no such booking")), { timeoutMs: 60 })).rejects.toThrow(
      /in vain for .*no such booking/s,
    );
  });
});
