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

/** A new client of the salon, with a real account and real tokens. */
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

export async function signIn(system: SystemDescription, { email, password }: { email: string; password: string }): Promise<string> {
  return (await clientFor(AuthService, system).login({ email, password })).accessToken;
}

/** Signing in is limited per account and minute, so a test file does it once. */
export function adminToken(system: SystemDescription): Promise<string> {
  return (admin ??= signIn(system, system.admin));
}
let admin: Promise<string> | undefined;
