/** A server's users' passwords: each is made when it is first asked for. */
export function passwords(make: () => string) {
  const made = new Map<string, string>();
  return (user: string): string => made.get(user) ?? made.set(user, make()).get(user)!;
}
