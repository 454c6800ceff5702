/** A server's users' passwords: each is made when it is first asked for, and again by `renew`. */
export function passwords(make: () => string) {
  const made = new Map<string, string>();
  const renew = (user: string): string => made.set(user, make()).get(user)!;
  return Object.assign((user: string): string => made.get(user) ?? renew(user), { renew });
}
