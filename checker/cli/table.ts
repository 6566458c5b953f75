/** Fixed-width tables. Rows can be printed one by one because the widths are decided first. */

export interface Column {
  readonly title: string;
  readonly width: number;
  readonly right?: true;
}

export function tableHeader(columns: readonly Column[]): string {
  return `${tableRow(
    columns,
    columns.map(({ title }) => title),
  )}\n${columns.map(({ width }) => '-'.repeat(width)).join('  ')}`;
}

/** A cell that is too long pushes the others to the right: a name is never cut. */
export function tableRow(columns: readonly Column[], cells: readonly string[]): string {
  return columns
    .map(({ width, right }, index) => {
      const cell = cells[index] ?? '';
      return right ? cell.padStart(width) : cell.padEnd(width);
    })
    .join('  ')
    .trimEnd();
}

/** A table whose cells are all known. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = titles.map((title, index) => ({
    title,
    width: Math.max(title.length, ...rows.map((row) => (row[index] ?? '').length)),
  }));
  return [tableHeader(columns), ...rows.map((row) => tableRow(columns, row))].join('\n');
}

export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

/** `12,345,678`: the same in every locale. */
export function grouped(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
