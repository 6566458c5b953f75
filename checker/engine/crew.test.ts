import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ts } from 'ts-morph';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateMachine } from '../compiler/codegen/javascript.js';
import { counters, peterson, philosophers, type Toy } from '../compiler/codegen/testing/toys.js';
import { type Machine, META_STEP } from '../compiler/machine.js';
import type { Helpers, SearchOptions } from './options.js';
import { shortestTrace } from './paths.js';
import { Exploration, type Tuning } from './exploration.js';
import { search } from './search.js';

let thread = '';

/** Node cannot run the sources: a helper gets them without their types. */
beforeAll(() => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'mmucheck-crew-'));
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const files = ['engine', 'engine/kernels', 'compiler'].flatMap((part) =>
    readdirSync(join(root, part)).map((name) => join(part, name)),
  );
  for (const file of files.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))) {
    const path = join(folder, file.replace(/ts$/, 'js'));
    mkdirSync(dirname(path), { recursive: true });
    const text = readFileSync(join(root, file), 'utf8');
    writeFileSync(path, ts.transpileModule(text, { compilerOptions }).outputText);
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  thread = join(folder, 'thread.js');
  writeFileSync(
    thread,
    `import { workerData } from 'node:worker_threads'; import { helpSearch } from './engine/crew.js'; helpSearch(workerData);`,
  );
});

function helpers(count: number): Helpers {
  return {
    count,
    start(order, onFailure) {
      const worker = new Worker(thread, { workerData: order });
      worker.on('error', onFailure);
      return { stop: () => worker.terminate() };
    },
  };
}

/** Helpers from the first layer on, in pieces as small as can be: as many encounters as possible. */
const EAGER: Tuning = { statesToShare: 1, layerToShare: 1, unit: 16, batchRecords: 32, firstSlots: 64 };

async function together(machine: Machine, count: number, options: Partial<SearchOptions> = {}) {
  const exploration = new Exploration(
    machine,
    { deadlock: true, memoryBytes: 2 ** 26, helpers: helpers(count), ...options },
    EAGER,
  );
  let shared = 0;
  let frontier = 0;
  try {
    await exploration.helpersAreReady();
    while (!exploration.advance()) {
      if (exploration.isShared) shared++;
      if (++frontier % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return { ...exploration.result(), shared };
  } finally {
    exploration.stop();
  }
}

const machineOf = ({ graph, initial }: Toy): Machine => generateMachine(graph, initial);

/** Explores only the philosopher with the lowest number who can move: not sound, but a reduction. */
function reduced(machine: Machine): Machine {
  const constants = { processes: machine.steps.map(({ process }) => process), words: machine.words };
  const source = `
    const base = (function () { ${machine.portable?.source} })();
    const { processes, words } = T, all = new Uint32Array(4096);
    const ample = (source, at) => {
      const end = base.expand(source, at, all, 0);
      return end === 0 ? -1 : 1 << processes[all[words] & ${META_STEP}];
    };
    const expandOf = (mask, source, at, out, p) => {
      const end = base.expand(source, at, all, 0);
      for (let from = 0; from < end; from += words + 1) {
        if (mask & 1 << processes[all[from + words] & ${META_STEP}]) {
          out.set(all.subarray(from, from + words + 1), p);
          p += words + 1;
        }
      }
      return p;
    };
    return { ...base, ample, expandOf };`;
  const { ample, expandOf } = new Function('T', source)(constants) as Machine;
  return {
    ...machine,
    ...(ample && { ample }),
    ...(expandOf && { expandOf }),
    portable: { source, constants },
  };
}

describe('several threads', () => {
  it.each([
    ['peterson', () => machineOf(peterson(false)), {}],
    ['philosophers', () => machineOf(philosophers(8)), {}],
    ['philosophers, stored as they are', () => machineOf(philosophers(8)), { store: 'flat' }],
    ['counters in parts', () => machineOf(counters(2, 3, 3)), { store: 'tree' }],
    ['a limit of states', () => machineOf(philosophers(8)), { maxStates: 3000 }],
    ['a reduction', () => reduced(machineOf(philosophers(8))), {}],
  ] as const)('find what one finds: %s', async (_, make, options) => {
    const machine = make();
    const alone = search(machine, { deadlock: true, memoryBytes: 2 ** 26, ...options });
    const result = await together(machine, 2, options);
    const summary = ({ states, transitions, depth, end, findings, stepsExecuted }: typeof alone) => ({
      states,
      transitions,
      depth,
      end,
      findings,
      stepsExecuted,
    });
    expect(summary(result)).toEqual(summary(alone));
    expect(result.shared).toBeGreaterThan(0);
    expect(result.space.layers.map(({ states }) => states)).toEqual(
      alone.space.layers.map(({ states }) => states),
    );
    for (const finding of alone.findings) {
      expect(shortestTrace(machine, result, finding)).toEqual(shortestTrace(machine, alone, finding));
    }
  });

  it('end cleanly when they are interrupted', async () => {
    const machine = machineOf(counters(2, 4, 7));
    const signal = { aborted: false };
    setTimeout(() => {
      signal.aborted = true;
    }, 300);
    const { end, states } = await together(machine, 1, { signal });
    expect(end).toBe('interrupted');
    expect(states).toBeGreaterThan(10);
  });

  it('end at the limit of memory', async () => {
    const machine = machineOf(counters(2, 4, 7));
    const { end, memoryBytes } = await together(machine, 2, { memoryBytes: 2 ** 21 });
    expect(end).toBe('memory');
    expect(memoryBytes).toBeLessThanOrEqual(2 ** 21);
  });

  it('end if one of them fails', async () => {
    const machine = machineOf(philosophers(6));
    const broken = {
      ...machine,
      portable: { source: 'return { expand() { throw new Error("broken"); } };' },
    };
    await expect(together(broken, 1)).rejects.toThrow();
  });
});
