import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Step } from '../compiler/machine.js';
import { coverageOf } from './coverage.js';

/** `vcpu_run:3 > fault:10 > lock:1` as a step: functions and lines, outermost first. */
function step(stack: string): Step {
  const frames = stack.split(' > ').map((frame) => {
    const [name = '', line = '1'] = frame.split(':');
    return { function: name, span: { file: 'model.ts', line: Number(line), column: 1 }, text: `${name}()` };
  });
  return { process: 0, boundary: 0, frames };
}

function missed(steps: Record<string, boolean>, excused: readonly string[] = []): string[] {
  const all = Object.entries(steps);
  const machine = { steps: all.map(([stack]) => step(stack)) };
  return coverageOf(machine, (index) => all[index]?.[1] === true, excused).missed.map(
    (place) => `${place.function}:${place.line}`,
  );
}

describe('coverage', () => {
  it('of a primitive is enough through one caller; the line of the other caller is missed', () => {
    expect(missed({ 'run:1 > lock:9': true, 'run:2 > lock:9': false })).toEqual(['run:2']);
  });

  it('is united over processes', () => {
    expect(missed({ 'a:1 > op:5 > lock:9': true, 'b:1 > op:5 > lock:9': false })).toEqual(['b:1']);
    expect(missed({ 'op:5 > lock:9': true, 'b:1 > lock:9': true, 'b:1 > op:5 > lock:9': false })).toEqual([]);
  });

  it('names the outermost place: what is called from there goes without saying', () => {
    expect(
      missed({ 'run:1': true, 'run:2 > zap:7 > lock:9': false, 'run:2 > zap:8 > unlock:4': false }),
    ).toEqual(['run:2']);
  });

  it('is excused by any function on the stack', () => {
    const steps = { 'run:1': true, 'run:2 > zap:7 > lock:9': false, 'run:3 > lock:9': false };
    for (const excuse of ['zap', 'run', 'lock']) {
      expect(missed(steps, [excuse])).toEqual(excuse === 'zap' ? ['run:3'] : []);
    }
  });

  it('is excused where one function calls another', () => {
    const steps = { 'run:1': true, 'run:2 > zap:7': false, 'kick:1': true, 'kick:3 > zap:7': false };
    expect(missed(steps, ['run > zap'])).toEqual(['kick:3']);
    expect(missed(steps, ['run > zap', 'kick > zap'])).toEqual([]);
    expect(missed(steps, ['zap > run'])).toEqual(['run:2', 'kick:3']);
  });

  it('says which excuses excuse nothing', () => {
    const machine = { steps: [step('run:1'), step('run:2 > zap:7')] };
    const taken = (index: number) => index === 0;
    expect(coverageOf(machine, taken, ['zap', 'spin', 'run']).idleExcuses).toEqual(['spin']);
    expect(coverageOf(machine, () => true, ['zap']).idleExcuses).toEqual(['zap']);
  });

  it('is complete exactly if every frame of every step is in some step that was taken', () => {
    const frame = fc.tuple(fc.constantFrom('f', 'g', 'h'), fc.integer({ min: 1, max: 3 }));
    const stacks = fc.array(fc.tuple(fc.array(frame, { minLength: 1, maxLength: 3 }), fc.boolean()), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(stacks, (all) => {
        const machine = {
          steps: all.map(([frames]) => step(frames.map(([name, line]) => `${name}:${line}`).join(' > '))),
        };
        const seen = new Set(all.flatMap(([frames, taken]) => (taken ? frames.map(String) : [])));
        const complete = all.every(([frames]) => frames.every((each) => seen.has(String(each))));
        const { missed: places } = coverageOf(machine, (index) => all[index]?.[1] === true, []);
        expect(places.length === 0).toBe(complete);
      }),
    );
  });
});
