import { describe, expect, test } from 'vitest';
import { effectLines } from './effects.js';
import { Kinds } from './kinds.js';
import { differences, type RecordTree } from './tree.js';

const none = { kind: 'NONE', pfn: 0, w: false, x: false };

describe('effects', () => {
  const cases: [string, RecordTree, RecordTree, string[]][] = [
    ['an integer', { a: { n: 0 } }, { a: { n: 1 } }, ['a.n: 0 -> 1']],
    ['a boolean', { on: false }, { on: true }, ['on: 0 -> 1']],
    ['an enumeration', { v: [{ mode: 'OUT' }] }, { v: [{ mode: 'IN' }] }, ['v[0].mode: OUT -> IN']],
    ['an element', { set: [0, 0] }, { set: [0, 3] }, ['set[1]: 0 -> 3']],
    [
      'fields of one record',
      { f: { gfn: 0, write: false } },
      { f: { gfn: 2, write: true } },
      ['f: gfn 0 -> 2, write 0 -> 1'],
    ],
    ['globals, each for itself', { a: 0, b: 0 }, { a: 1, b: 1 }, ['a: 0 -> 1', 'b: 0 -> 1']],
    [
      'a kind and what it holds',
      { s: none },
      { s: { ...none, kind: 'LEAF', pfn: 3, w: true } },
      ['s: NONE -> LEAF pfn=3 w'],
    ],
    [
      'a kind that is emptied',
      { s: { kind: 'LEAF', pfn: 3, w: true, x: true } },
      { s: none },
      ['s: LEAF -> NONE'],
    ],
    ['neighbours alike', { d: [false, false, false] }, { d: [true, true, true] }, ['d[0..2]: 0 -> 1']],
    [
      'no neighbours',
      { d: [false, false, false] },
      { d: [true, false, true] },
      ['d[0]: 0 -> 1', 'd[2]: 0 -> 1'],
    ],
    [
      'the same field of neighbours',
      { v: [{ r: 0 }, { r: 0 }] },
      { v: [{ r: 1 }, { r: 2 }] },
      ['v[0..1].r: 0 -> 1,2'],
    ],
    [
      'kinds of neighbours, with a value that one of them had before',
      { t: { s: [none, none] } },
      {
        t: {
          s: [
            { ...none, kind: 'LEAF', w: true },
            { ...none, kind: 'LEAF', w: true, pfn: 1 },
          ],
        },
      },
      ['t.s[0..1]: NONE -> LEAF pfn=0,1 w'],
    ],
    [
      'a kind with a zero that may mean something',
      { s: { ...none, kind: 'TABLE', x: true } },
      { s: { ...none, kind: 'LEAF', w: true } },
      ['s: TABLE -> LEAF pfn=0 w'],
    ],
    [
      'neighbours of other kinds',
      { s: [none, none] },
      {
        s: [
          { ...none, kind: 'LEAF' },
          { ...none, kind: 'TABLE' },
        ],
      },
      ['s[0]: NONE -> LEAF', 's[1]: NONE -> TABLE'],
    ],
    [
      'many fields',
      { r: { a: 0, b: 0, c: 0, d: 0, e: 0, f: 0 } },
      { r: { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 } },
      ['r: a 0 -> 1, b 0 -> 1, c 0 -> 1, d 0 -> 1, +2 more'],
    ],
    ['nothing', { a: 1 }, { a: 1 }, []],
  ];
  test.each(cases)('%s', (_, before, after, lines) => {
    expect(effectLines(differences(before, after), after)).toEqual(lines);
  });

  test('a zero of a field that other kinds use is not worth saying', () => {
    const table = { kind: 'TABLE', pfn: 0, child: 1, w: false, x: true };
    const leaf = { kind: 'LEAF', pfn: 0, child: 0, w: true, x: false };
    const [before, after] = [{ s: [table, leaf] }, { s: [{ ...leaf, x: true }, leaf] }];
    const changes = differences(before, after);
    expect(effectLines(changes, after)).toEqual(['s[0]: TABLE -> LEAF pfn=0 child=0 w x']);
    const kinds = new Kinds([before, after]);
    expect(effectLines(changes, after, { kinds })).toEqual(['s[0]: TABLE -> LEAF pfn=0 w x']);
  });

  test('beyond the limit, the scalars are counted', () => {
    const before = { a: 0, b: 0, c: { d: 0, e: 0 }, f: 0 };
    const after = { a: 1, b: 1, c: { d: 1, e: 1 }, f: 0 };
    expect(effectLines(differences(before, after), after, { limit: 1 })).toEqual(['a: 0 -> 1', '+3 more']);
  });
});
