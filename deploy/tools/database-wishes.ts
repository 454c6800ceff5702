type Wish = { name: string; passwords: { login: string; owner: string } };

/** What databases.ts has to make, read from an environment; `problems` names each variable that is missing or wrong, never its value. */
export function databaseWishes(services: string[], env: NodeJS.ProcessEnv): { admin: string; wishes: Wish[]; problems: string[] } {
  const problems: string[] = [];
  const wishes = services.map((name) => ({
    name,
    passwords: {
      login: passwordIn(`${name.toUpperCase()}_DATABASE_URL`, name, name),
      owner: passwordIn(`${name.toUpperCase()}_MIGRATION_DATABASE_URL`, `${name}_owner`, name),
    },
  }));
  const admin = env.ADMIN_DATABASE_URL ?? "";
  if (!URL.canParse(admin)) problems.push("ADMIN_DATABASE_URL is missing, or no URL");
  return { admin, wishes, problems };

  function passwordIn(variable: string, user: string, database: string): string {
    const value = env[variable];
    if (!value || !URL.canParse(value)) return problem(`${variable} is missing, or no URL`);
    const url = new URL(value);
    if (decodeURIComponent(url.username) !== user) return problem(`${variable} must name the user ${user}`);
    if (url.pathname !== `/${database}`) return problem(`${variable} must name the database ${database}`);
    return decodeURIComponent(url.password) || problem(`${variable} has no password`);
  }

  function problem(text: string): string {
    problems.push(text);
    return "";
  }
}
