import { expect, test } from "@jest/globals";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { UnsecuredJWT } from "jose";
import { standIn } from "../stand-in.ts";
import { adminToken } from "./people.ts";

test("the admin signs in once, again when her token is about to expire, and again after a refusal", async () => {
  let logins = 0;
  let refuses = true;
  let lasts = "1 minute";
  const auth = await standIn(AuthService, {
    login() {
      logins++;
      if (refuses) throw new Error("away");
      return { accessToken: new UnsecuredJWT({ n: logins }).setExpirationTime(lasts).encode() };
    },
  });
  try {
    const system = { urls: { auth: auth.url }, admin: { email: "admin@lacio.test", password: "una clave larga" } };
    await expect(adminToken(system)).rejects.toThrow();
    refuses = false;
    const first = await adminToken(system);
    lasts = "10 minutes";
    const [second, third] = await Promise.all([adminToken(system), adminToken(system)]);
    expect([second === first, third === second, logins]).toEqual([false, true, 3]);
  } finally {
    await auth.stop();
  }
});
