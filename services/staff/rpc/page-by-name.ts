import { invalid } from "@lacio/chassis/errors";
import { paged, pageOf } from "@lacio/chassis/paging";
import { validate } from "uuid";

type Named = { name: string; id: string };

/** One page of a list that is ordered by name. `find` reads rows with this condition, in this order. */
export async function pageByName<T extends Named>(
  req: { pageSize: number; pageToken: string },
  find: (after: object, options: { orderBy: { name: "asc" }[]; limit: number }) => Promise<T[]>,
): Promise<{ rows: T[]; nextPageToken: string }> {
  const { size, limit, after } = pageOf(req, 2);
  const [name, id] = after ?? [];
  if (id !== undefined && !validate(id)) throw invalid("pageToken", "is not a token of this list");
  const condition = after ? { $or: [{ name: { $gt: name } }, { name, id: { $gt: id } }] } : {};
  const orderBy = [{ name: "asc" }, { id: "asc" }] as { name: "asc" }[];
  return paged(await find(condition, { orderBy, limit }), size, (row) => [row.name, row.id]);
}
