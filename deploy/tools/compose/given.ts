import fs from "node:fs";
import path from "node:path";

type Owner = { uid: number; gid: number };

/** The users in the images of Lacio, and in PostgreSQL's. */
export const lacio: Owner = { uid: 65532, gid: 65532 };
export const postgres: Owner = { uid: 999, gid: 999 };

export type Writer = ReturnType<typeof writerIn>;

/** Writes files into a folder that containers of several users read: each file is readable for one of them, and for root. */
export function writerIn(dir: string) {
  const folder = (name: string) => {
    fs.mkdirSync(path.join(dir, name), { recursive: true });
    fs.chmodSync(path.join(dir, name), 0o711);
    chown(path.join(dir, name), lacio);
  };
  folder("");

  /** Atomic: a reader sees the old file or the new one. */
  const write = (name: string, content: string, owner = lacio) => {
    const file = path.join(dir, name);
    folder(path.dirname(name));
    fs.writeFileSync(`${file}.new`, content, { mode: 0o600 });
    chown(`${file}.new`, owner);
    fs.renameSync(`${file}.new`, file);
  };

  return {
    folder,
    write,
    /** The files that somebody else wrote into a folder. */
    own: (name: string) => fs.readdirSync(path.join(dir, name)).forEach((file) => chown(path.join(dir, name, file), lacio)),
    /** env/<name>, for `node --env-file`. */
    environment(name: string, variables: Record<string, string>) {
      const lines = Object.entries(variables).map(([key, value]) => `${key}="${value}"\n`);
      write(`env/${name}`, lines.join(""));
    },
  };
}

/** A new volume belongs to root. */
export function ownVolume(dir: string, owner: Owner): void {
  chown(dir, owner);
  fs.chmodSync(dir, 0o700);
}

// Only root can give a file away; who tries this as somebody else reads it as oneself.
function chown(file: string, { uid, gid }: Owner) {
  if (process.getuid?.() === 0) fs.chownSync(file, uid, gid);
}
