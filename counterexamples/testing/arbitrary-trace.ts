/** Random traces for the tests of the formats: any shape of state, hostile names, 1 to 8 processes. */
import fc from 'fast-check';
import { distinctNames, labelOf } from '../build.js';
import { heldLocks, locksOf } from '../locks.js';
import { FORMAT, type Trace, type TraceFrame, type TraceStep, VERSION, type Violation } from '../trace.js';
import {
  type Change,
  differences,
  formatPath,
  type RecordTree,
  type Scalar,
  scalars,
  type Tree,
} from '../tree.js';
import { applyChanges } from '../tree.js';

/** Text with everything that some format could stumble over. */
export const hostileText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom(
    'vcpu0',
    'a|b',
    '`code` ``',
    '</details><script>',
    'end',
    'as',
    'A->>B: x;y#z',
    '%%{init}%%',
    'style x:y#1;',
    'wrap:',
    '\\|',
    '\u001b[31m',
    'a\nb\tc',
    '@everyone',
    '\u202e',
    '- x',
    '[a](http://b)',
    '__proto__',
  ),
  fc
    .array(fc.constantFrom('|', '`', '<', '>', '#', ';', ':', '\n', '\\', '*', '_', ' ', 'x', 'é'), {
      maxLength: 12,
    })
    .map((parts) => parts.join('')),
);

const identifier = fc.stringMatching(/^[a-z_][a-z0-9_]{0,12}$/);
const functionName = fc.oneof(identifier, fc.stringMatching(/^[a-z_]{20,50}$/));
const scalar: fc.Arbitrary<Scalar> = fc.oneof(
  fc.integer({ min: -3, max: 9 }),
  fc.boolean(),
  fc.constantFrom('NONE', 'LEAF', 'TABLE'),
);

const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree; record: RecordTree; vector: readonly Tree[] }>(
  (tie) => ({
    tree: fc.oneof({ maxDepth: 3 }, scalar, tie('record'), tie('vector')),
    record: fc.dictionary(fc.oneof(identifier, fc.constant('kind')), tie('tree'), {
      minKeys: 1,
      maxKeys: 4,
      noNullPrototype: true,
    }),
    vector: fc
      .tuple(tie('tree'), fc.integer({ min: 1, max: 3 }))
      .map(([element, count]) => Array.from({ length: count }, () => element)),
  }),
).tree;

const state: fc.Arbitrary<RecordTree> = fc
  .dictionary(fc.oneof(identifier, fc.constant('mmu_lock')), tree, {
    minKeys: 1,
    maxKeys: 6,
    noNullPrototype: true,
  })
  .filter((each) => [...scalars(each)].length > 0);

const frame: fc.Arbitrary<TraceFrame> = fc.record({
  function: functionName,
  file: fc.constantFrom('model/kernel/a.ts', 'model/b.ts'),
  line: fc.integer({ min: 1, max: 500 }),
  column: fc.integer({ min: 1, max: 80 }),
  text: fc.oneof(
    hostileText,
    functionName.map((name) => `yield* ${name}(kvm)`),
  ),
});

const stack = fc.array(frame, { minLength: 1, maxLength: 6 });

interface Move {
  readonly process: number;
  readonly stack: readonly TraceFrame[];
  readonly choices: readonly number[];
  readonly boundaries: number;
  readonly writes: readonly (readonly [number, Scalar])[];
}

const move: fc.Arbitrary<Move> = fc.record({
  process: fc.nat(7),
  stack,
  choices: fc.array(fc.nat(4), { maxLength: 2 }),
  boundaries: fc.integer({ min: 1, max: 3 }),
  writes: fc.array(fc.tuple(fc.nat(50), scalar), { maxLength: 6 }),
});

const violation: fc.Arbitrary<Violation> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('invariant', 'step', 'deadlock'),
    message: hostileText,
    error: fc.constant(null),
    stack: fc.constant(null),
  }),
  fc.record({ kind: fc.constant('assertion'), message: hostileText, error: fc.constant(null), stack }),
  fc.record({
    kind: fc.constant('model error'),
    message: hostileText,
    error: fc.constantFrom('index', 'domain'),
    stack,
  }),
) as fc.Arbitrary<Violation>;

export const arbitraryTrace: fc.Arbitrary<Trace> = fc
  .record({
    names: fc.array(hostileText, { minLength: 1, maxLength: 8 }),
    initial: state,
    moves: fc.array(move, { maxLength: 12 }),
    violation,
    title: hostileText,
    claims: fc.array(hostileText, { maxLength: 2 }),
    configuration: fc.dictionary(identifier, scalar, { maxKeys: 4, noNullPrototype: true }),
    patches: fc.array(fc.record({ name: hostileText, text: hostileText }), { maxLength: 2 }),
    ends: fc.array(fc.option(stack), { minLength: 8, maxLength: 8 }),
  })
  .map(({ names, initial, moves, title, claims, configuration, patches, ends, ...rest }) => {
    const processes = distinctNames(names);
    const locks = locksOf(initial);
    let now = initial;
    const steps = moves.map((each): TraceStep => {
      const changes = changesOf(now, each.writes);
      now = applyChanges(now, changes);
      return {
        process: processes[each.process % processes.length] ?? '',
        label: labelOf(each.stack),
        stack: each.stack,
        choices: each.choices,
        boundaries: each.boundaries,
        locks: heldLocks(locks, initial, now),
        changes,
      };
    });
    return {
      format: FORMAT,
      version: VERSION,
      scenario: { name: title, file: 'model/scenarios/a.ts', title, claims },
      model: { hash: '00', patches },
      configuration,
      property: { id: 'P1', title },
      violation: rest.violation,
      processes,
      locks,
      initial,
      steps,
      standing: processes.map((_, index) => ends[index] ?? null),
    };
  });

/** Writes scalars somewhere into the state, each over one of its own type. */
function changesOf(before: RecordTree, writes: Move['writes']): Change[] {
  const places = [...scalars(before)];
  const byPath = new Map<string, Change>();
  for (const [at, after] of writes) {
    const place = places[at % places.length];
    if (place === undefined || typeof place.value !== typeof after || place.value === after) continue;
    const path = formatPath(place.path);
    byPath.set(path, { path, before: place.value, after });
  }
  const after = applyChanges(before, [...byPath.values()]);
  return differences(before, after);
}
