import { decodeJwt } from "jose";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import type { SystemDescription } from "../system/contract.ts";
import { clientFor } from "./call.ts";

export interface SignedIn {
  id: string;
  email: string;
  password: string;
  name: string;
  accessToken: string;
  refreshToken: string;
}

/** Registers a new client of the salon. @throws ConnectError, when auth refuses */
export async function signUp(
  system: SystemDescription,
  wishes: { email?: string; name?: string; phone?: string; locale?: string } = {},
): Promise<SignedIn> {
  const person = {
    email: `${crypto.randomUUID()}@example.com`,
    name: "Ana Gómez",
    phone: "3001234567",
    locale: "es",
    ...wishes,
    password: "una clave larga",
  };
  const { user, accessToken, refreshToken } = await clientFor(AuthService, system).register(person);
  return { id: user!.id, email: person.email, password: person.password, name: person.name, accessToken, refreshToken };
}

/** Answers an access token. @throws ConnectError, when auth refuses */
export async function signIn(
  system: Pick<SystemDescription, "urls">,
  { email, password }: { email: string; password: string },
): Promise<string> {
  return (await clientFor(AuthService, system).login({ email, password })).accessToken;
}

/** The admin's access token. Logins are limited per account and minute, so a process signs in once, and again before the token expires. */
export function adminToken(system: Pick<SystemDescription, "urls" | "admin">): Promise<string> {
  return (admin = stillGood(admin, system));
}
let admin: Promise<string> | undefined;

async function stillGood(last: Promise<string> | undefined, system: Pick<SystemDescription, "urls" | "admin">): Promise<string> {
  const token = await last?.catch(() => undefined);
  return token && decodeJwt(token).exp! * 1_000 > Date.now() + 120_000 ? token : signIn(system, system.admin);
}
