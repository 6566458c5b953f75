/** Lays a run out as a table of plain text with one column per process, or as a list if they are too many for that. */
import type { Trace } from '../trace.js';
import { ascii, fold } from './fold.js';
import { actingLanes, type PhraseOptions, type Row, rowsOf } from './rows.js';

/** What a piece of a table is, for colouring. `lane` counts the columns. */
export type Paint = (text: string, role: Row['role'] | 'head' | 'number', lane: number) => string;

export interface TableOptions {
  readonly width: number;
  readonly effectLimit: number;
  readonly paint: Paint;
  readonly hidden?: PhraseOptions['hidden'];
}

export function renderTable(trace: Trace, options: TableOptions): string[] {
  const lanes = actingLanes(trace);
  if (lanes.length === 0) return [];
  const gutter = Math.max(3, String(trace.steps.length).length) + SEPARATOR.length;
  const room = options.width - gutter;
  if ((lanes.length - 1) * NARROWEST + LAST > room) return renderList(trace, options, gutter);
  const rows = rowsOf(trace, phrasing(options, false));
  const { widths, short } = chooseLayout(rows, lanes, room);
  const head = (cells: string[]): string => join(gutter, '', cells, widths, 'head', options.paint);
  const names = lanes.map((lane, column) => fold(ascii(trace.processes[lane] ?? ''), widths[column] ?? room));
  const height = Math.max(...names.map((name) => name.length));
  const lines = Array.from({ length: height }, (_, line) => head(names.map((name) => name[line] ?? '')));
  lines.push(head(widths.map((width) => '-'.repeat(width))));
  for (const row of rows) {
    const column = lanes.indexOf(row.lane);
    const before = sum(widths.slice(0, column)) + SEPARATOR.length * column;
    const texts = linesOf(row, short ? (widths[column] ?? room) : room - before, room - before);
    for (const [index, line] of texts.entries()) {
      const cells = widths.map((_, at) => (at === column ? line : ''));
      const number = index === 0 && row.step !== null ? String(row.step) : '';
      lines.push(join(gutter, number, cells, widths, row.role, options.paint));
    }
  }
  return lines;
}

function phrasing({ effectLimit, hidden }: TableOptions, afresh: boolean): PhraseOptions {
  return hidden === undefined ? { afresh, effectLimit } : { afresh, effectLimit, hidden };
}

const SEPARATOR = '  ';
/** Columns per level of the stack. */
const INDENT = 2;
/** The least distance from one lane to the next. */
const NARROWEST = 14;
/** The least that the last lane needs. */
const LAST = 32;
/** What it gets beyond its share: unlike the others it cannot run on to the right. */
const BONUS = 8;
/** Lines are indented no further than leaves this much. */
const TEXT = 22;

interface Layout {
  readonly widths: readonly number[];
  /** Whether calls are shown without their arguments where these would reach into the next lane. */
  readonly short: boolean;
}

/**
 * Every row of the table belongs to one lane, so lanes that do not fit beside each other may overlap: a long line runs
 * on below the head of the next lane, as in tables made by hand. Names of functions are hardly ever broken that way.
 */
function chooseLayout(rows: readonly Row[], lanes: readonly number[], room: number): Layout {
  const full = lanes.map((lane) => need(rows, lane, (row) => row.text));
  const separators = SEPARATOR.length * (lanes.length - 1);
  if (sum(full) + separators <= room) return { widths: full, short: false };
  const brief = lanes.map((lane) => need(rows, lane, (row) => row.short));
  const last = Math.min(brief.at(-1) ?? 0, Math.max(LAST, Math.floor(room / lanes.length) + BONUS));
  const others = lower(brief.slice(0, -1), room - last - separators);
  return { widths: [...others, room - sum(others) - separators], short: true };
}

function need(rows: readonly Row[], lane: number, form: (row: Row) => string): number {
  const lengths = rows.filter((row) => row.lane === lane).map((row) => row.depth * INDENT + form(row).length);
  return Math.max(NARROWEST, ...lengths);
}

/** Takes from the widest until all fit into the room, or none is wider than the narrowest may be. */
function lower(widths: readonly number[], room: number): number[] {
  const lowered = [...widths];
  for (let excess = sum(lowered) - room; excess > 0; excess--) {
    const widest = lowered.indexOf(Math.max(...lowered));
    if ((lowered[widest] ?? 0) <= NARROWEST - SEPARATOR.length) break;
    lowered[widest] = (lowered[widest] ?? 0) - 1;
  }
  return lowered;
}

/** The lines of a row: in full if that stays within `own`, else in short, and folded only at the edge of the table. */
function linesOf(row: Row, own: number, room: number): string[] {
  const indent = ' '.repeat(Math.min(row.depth * INDENT, Math.max(0, Math.min(own, room - TEXT))));
  const width = room - indent.length;
  const content = row.text.length <= own - indent.length ? row.text : row.short;
  return foldRow(row, content, width).map((line) => indent + line);
}

/** An effect is best broken behind what it is about. */
function foldRow(row: Row, content: string, width: number): string[] {
  const colon = content.indexOf(': ') + 1;
  const fits = content.length <= width || colon > width || content.length - colon + 1 > width;
  if (row.role !== 'effect' || colon === 0 || fits)
    return fold(content, width, row.role === 'step' ? '    ' : '  ');
  return [content.slice(0, colon), `  ${content.slice(colon + 1)}`];
}

function join(
  gutter: number,
  number: string,
  cells: readonly string[],
  widths: readonly number[],
  role: Row['role'] | 'head',
  paint: Paint,
): string {
  const last = cells.findLastIndex((cell) => cell !== '');
  const head =
    number === ''
      ? ' '.repeat(gutter)
      : `${' '.repeat(gutter - 2 - number.length)}${paint(number, 'number', 0)}  `;
  if (last < 0) return head.trimEnd();
  const columns = cells.slice(0, last + 1).map((cell, lane) => {
    const text = cell.trimStart();
    const before = ' '.repeat(cell.length - text.length);
    const behind = lane === last ? '' : ' '.repeat((widths[lane] ?? 0) - cell.length);
    return text === '' ? before + behind : before + paint(text, role, lane) + behind;
  });
  return head + columns.join(SEPARATOR);
}

function renderList(trace: Trace, options: TableOptions, gutter: number): string[] {
  const listed = phrasing(options, true);
  const lanes = actingLanes(trace);
  const names = trace.processes.map(ascii);
  const widest = Math.max(...lanes.map((lane) => names[lane]?.length ?? 0), 'process'.length);
  const nameWidth = Math.min(widest, 20);
  const width = options.width - gutter - nameWidth - SEPARATOR.length;
  const widths = [nameWidth, width];
  const lines = [
    join(gutter, '', ['process', 'step'], widths, 'head', options.paint),
    join(gutter, '', ['-'.repeat(nameWidth), '-'.repeat(width)], widths, 'head', options.paint),
  ];
  let running = -1;
  for (const row of rowsOf(trace, listed)) {
    const name = row.lane === running ? [] : fold(names[row.lane] ?? '', nameWidth);
    running = row.lane;
    const texts = linesOf(row, width, width);
    for (let line = 0; line < Math.max(name.length, texts.length); line++) {
      const number = line === 0 && row.step !== null ? String(row.step) : '';
      lines.push(
        join(gutter, number, [name[line] ?? '', texts[line] ?? ''], widths, row.role, options.paint),
      );
    }
  }
  return lines;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
