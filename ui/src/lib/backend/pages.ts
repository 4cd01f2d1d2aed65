/** Rows of one question; the engine gives no more of a list at once. */
export const PAGE = 500;

interface Page<Row> {
  rows: Row[];
  total: number;
}

/**
 * Every row of a list, page after page: what is behind the first page is not left out in silence. A row that moved to a
 * later page meanwhile comes once.
 */
export async function everyPage<Row extends { id: string }>(
  read: (offset: number, limit: number) => Promise<Page<Row>>,
): Promise<Row[]> {
  const found = new Map<string, Row>();
  for (let offset = 0; ; ) {
    const { rows, total } = await read(offset, PAGE);
    for (const row of rows) found.set(row.id, row);
    offset += rows.length;
    // A list that became shorter meanwhile ends with an empty page.
    if (!rows.length || offset >= total) return [...found.values()];
  }
}
