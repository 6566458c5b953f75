import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTrace } from '../parse.js';
import { arbitraryTrace } from '../testing/arbitrary-trace.js';
import type { Trace } from '../trace.js';
import { terminal } from './terminal.js';
import { text } from './text.js';

const folder = new URL('../testing/', import.meta.url);
const sample = parseTrace(readFileSync(new URL('dirty-log-race.trace.json', folder), 'utf8'), 'sample');

describe('the table for mail', () => {
  test('reads as it should', async () => {
    await expect(text(sample)).toMatchFileSnapshot('../testing/dirty-log-race.txt');
  });

  test('is ASCII of at most the given width, without tabs and trailing blanks, and shows every step once', () => {
    fc.assert(
      fc.property(arbitraryTrace, fc.constantFrom(60, 72, 80, 100, 140), (trace, width) => {
        const table = text(trace, { width });
        for (const line of table.split('\n')) {
          expect(line.length).toBeLessThanOrEqual(width);
          expect(line).toMatch(/^[\x20-\x7e]*$/);
          expect(line).not.toMatch(/ $/);
        }
        expect(numbersOf(table)).toEqual(trace.steps.map((_, index) => index + 1));
      }),
      { numRuns: 300 },
    );
  });

  test('a process that does nothing has no lane, but is named in the end', () => {
    expect(text(sample).match(/vCPU1/g)).toHaveLength(1);
    expect(text(sample)).toMatch(/^ {2}vCPU1 {2}\(took no step\)$/m);
  });

  test('shows an enclosing function once while a lane stays in it', () => {
    expect(text(sample).match(/kvm_mmu_slot_apply_flags\(\)/g)).toHaveLength(2);
  });

  test('draws functions that enclose a single step together with it', () => {
    expect(text(sample)).toMatch(
      /^ +3 +tdp_mmu_split_huge_pages_root\(\) \.\. tdp_mmu_set_spte_atomic\(\)$/m,
    );
    expect(text(sample)).not.toContain('tdp_mmu_split_huge_page()');
  });

  test('does not break names of functions at the usual widths', () => {
    for (const width of [72, 80, 100]) {
      const table = text(sample, { width });
      for (const step of sample.steps) {
        expect(table).toContain(`${step.stack.at(-1)?.function}(`);
      }
    }
  });

  test('an error is shown at its step, and named in the headline', () => {
    const stack = [{ function: 'f', file: 'model/f.ts', line: 7, column: 3, text: 'a[i]' }];
    const failing = (kind: 'assertion' | 'model error') =>
      text({
        ...sample,
        violation: {
          kind,
          message: 'index 2 is outside 0..1',
          error: kind === 'assertion' ? null : 'index',
          stack,
        },
      });
    expect(failing('model error')).toMatch(
      /^Model error \(index\): index 2 is outside 0\.\.1 \(14 steps\)\n/,
    );
    expect(failing('model error')).toMatch(/^ {20,}\*\*\* model error \*\*\*$/m);
    expect(failing('model error')).toContain(
      '=> Step 14 ends in a model error (index) at model/f.ts:7: index 2 is',
    );
    expect(failing('assertion')).toMatch(/^P3 violated: no dirty write missed \(14 steps\)\n/);
    expect(failing('assertion')).toMatch(/^ {20,}\*\*\* breaks P3 \*\*\*$/m);
    expect(failing('assertion')).toContain(
      '=> Step 14 breaks P3 (no dirty write missed) at model/f.ts:7: index 2 is',
    );
  });

  test('becomes a list where there are too many lanes', () => {
    const many = manyLanes(9);
    const list = text(many);
    expect(list).toMatch(/process {2} *step/);
    expect(numbersOf(list)).toHaveLength(many.steps.length);
  });

  test('up to five lanes stay beside each other', () => {
    expect(text(manyLanes(5))).toMatch(/CPU0 .*CPU1 .*CPU2 .*CPU3 .*CPU4/);
  });
});

describe('the terminal', () => {
  test('shows the same table, and every change', () => {
    fc.assert(
      fc.property(arbitraryTrace, fc.constantFrom(1, 60, 90, 200), (trace, width) => {
        const shown = terminal(trace, { width, colour: false });
        expect(shown).toMatch(/^[\x20-\x7e\n]*$/);
        for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(Math.max(60, width));
        const packed = shown.replace(/\s+/g, '');
        for (const change of trace.steps.flatMap((step) => step.changes))
          expect(packed).toContain(`${change.path}:`);
      }),
    );
  });

  test('colour changes nothing but colour', () => {
    fc.assert(
      fc.property(arbitraryTrace, (trace) => {
        const coloured = terminal(trace, { width: 100, colour: true });
        expect(coloured.replace(/\u001b\[[0-9;]*m/g, '')).toBe(
          terminal(trace, { width: 100, colour: false }),
        );
      }),
    );
  });
});

/** The step numbers in the gutter of the table, in order. */
function numbersOf(table: string): number[] {
  const lines = table.split('\n');
  const begin = lines.findIndex((line) => /^ {4,}-+( {2}-+)*$/.test(line));
  if (begin < 0) return [];
  const gutter = (lines[begin] ?? '').indexOf('-');
  const end = lines.indexOf('', begin);
  return lines
    .slice(begin + 1, end)
    .map((line) => line.slice(0, gutter).trim())
    .filter((number) => number !== '')
    .map(Number);
}

/** The sample with its steps dealt to as many processes. */
function manyLanes(count: number): Trace {
  const processes = Array.from({ length: count }, (_, index) => `CPU${index}`);
  return {
    ...sample,
    processes,
    steps: sample.steps.map((step, index) => ({ ...step, process: `CPU${index % count}` })),
    standing: processes.map(() => null),
  };
}
