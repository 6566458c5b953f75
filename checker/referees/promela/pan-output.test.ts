import { describe, expect, it } from 'vitest';
import { readPanOutput } from './pan-output.js';

const OUTPUT = `Depth=      10 States=      186 Transitions=      422 Memory=    32.488
pan:1: assertion violated holds.S000_18 (at depth 13)
judged: P5 violated after 12 steps
pan:2: assertion violated holds.P1 (at depth 14)
pan:3: assertion violated holds.S000_18 (at depth 15)

State-vector 160 byte, depth reached 13, errors: 4
       51 states, stored
	      51 nominal states (stored-atomic)
       35 states, matched
       86 transitions (= stored+matched)
        0 atomic steps
pan: elapsed time 0.25 seconds
judged: 2 states in which a step has failed
`;
const properties = new Map([
  ['S000_18', 'S000-18'],
  ['P1', 'P1'],
]);

describe('readPanOutput', () => {
  it('takes off what is not of the model', () => {
    expect(readPanOutput(OUTPUT, properties)).toEqual({
      states: 51 - 1 - 2,
      transitions: 86 - 2 - 4,
      violations: [
        { property: 'S000-18', verdict: 'violated', length: 12 },
        { property: 'P5', verdict: 'violated', length: 12 },
        { property: 'P1', verdict: 'violated', length: 13 },
      ],
      seconds: 0.25,
      limit: null,
    });
  });

  it('knows large numbers and limits', () => {
    const large = OUTPUT.replace('51 states, stored', '1.5e+06 states, stored');
    expect(readPanOutput(`${large}pan: reached -DMEMLIM bound`, properties)).toMatchObject({
      states: 1_499_997,
      limit: 'memory',
    });
  });

  it('does not read what it does not know', () => {
    expect(() => readPanOutput('', properties)).toThrow('said nothing');
    expect(() => readPanOutput(OUTPUT.replace('holds.P1', '- invalid array index'), properties)).toThrow(
      'index',
    );
    expect(() => readPanOutput(`error: max search depth too small\n${OUTPUT}`, properties)).toThrow('depth');
  });
});
