import { paged, pageOf } from "@lacio/chassis/paging";

type Named = { name: string; id: string };

/** Keyset pagination by name, then id. `find` reads rows with this condition, in this order. */
export async function pageByName<T extends Named>(
  req: { pageSize: number; pageToken: string },
  find: (after: object, options: { orderBy: { name: "asc" }[]; limit: number }) => Promise<T[]>,
): Promise<{ rows: T[]; nextPageToken: string }> {
  const { size, limit, after } = pageOf(req, ["text", "uuid"]);
  const [name, id] = after ?? [];
  const condition = after ? { $or: [{ name: { $gt: name } }, { name, id: { $gt: id } }] } : {};
  const orderBy = [{ name: "asc" }, { id: "asc" }] as { name: "asc" }[];
  return paged(await find(condition, { orderBy, limit }), size, (row) => [row.name, row.id]);
}
