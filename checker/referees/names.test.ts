import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localText, Namer } from './names.js';

const vocabulary = { reserved: new Set(['do', 'process']), reservedPrefixes: ['end'], ignoreCase: false };

describe('Namer', () => {
  it('makes readable identifiers', () => {
    const namer = new Namer(vocabulary);
    const made = ['vcpus', 'vcpus', 'S000-18', 'a.b[]', 'do', 'end_of_x', '_', '7up', 'é'].map((text) =>
      namer.fresh(text),
    );
    expect(made).toEqual(['vcpus', 'vcpus_2', 'S000_18', 'a_b', 'do_', 'at_end_of_x', 'x', 'x_7up', 'x_2']);
  });

  it('never gives out one twice, a reserved word, or what is no identifier', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.constantFrom('a', 'A', 'a-2', 'a_2', 'do', 'do_', 'end', 'x', '', '1'), fc.string()),
        ),
        fc.boolean(),
        (texts, ignoreCase) => {
          const outer = new Namer({ ...vocabulary, ignoreCase });
          const half = texts.length / 2;
          const names = texts.slice(0, half).map((text) => outer.fresh(text));
          const inner = outer.inner();
          names.push(...texts.slice(half).map((text) => inner.fresh(text)));
          const keys = names.map((name) => (ignoreCase ? name.toLowerCase() : name));
          expect(new Set(keys).size).toBe(names.length);
          for (const name of names) {
            expect(name).toMatch(/^[A-Za-z]\w*$/);
            expect(vocabulary.reserved.has(name) || name.startsWith('end')).toBe(false);
          }
        },
      ),
    );
  });
});

describe('localText', () => {
  it('leaves the function out', () => {
    expect(localText('tdp_mmu_split_huge_page.huge.pfn')).toBe('huge.pfn');
    expect(localText('f.a | g.b | 2 more')).toBe('a');
  });
});
