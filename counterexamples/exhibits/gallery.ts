/** The files of the gallery, by name: has the scenarios of all exhibits checked, and renders what is found. */
import { checkScenario } from '../../checker/check/check-scenario.js';
import { claimSections } from '../../checker/workspace/claims.js';
import { openWorkspace, scenarioFiles, type Workspace } from '../../checker/workspace/project.js';
import { loadScenarios, type Scenario } from '../../checker/workspace/scenarios.js';
import type { Trace } from '../trace.js';
import type { TranslationModel } from './cached.js';
import { EXHIBITS } from './exhibits.js';
import { type DeclaredClaim, fileOf, index, page } from './page.js';

/** @param root the folder of the project */
export async function galleryFiles(root: string): Promise<ReadonlyMap<string, string>> {
  const workspace = openWorkspace(root);
  const scenarios = new Map(
    scenarioFiles(workspace)
      .flatMap((file) => loadScenarios(workspace, file))
      .map((scenario) => [scenario.name, scenario]),
  );
  const declared = declaredClaims(workspace);
  const found = new Map<string, readonly Trace[]>();
  const shown = [];
  for (const exhibit of EXHIBITS) {
    const scenario = named(scenarios, exhibit.scenario, 'scenario');
    const traces = found.get(scenario.name) ?? (await tracesOf(workspace, scenario));
    found.set(scenario.name, traces);
    shown.push({
      exhibit,
      declared: named(declared, exhibit.claim, 'claim'),
      trace: named(new Map(traces.map((each) => [each.property.id, each])), exhibit.property, 'trace of'),
      model: translationModel(scenario),
    });
  }
  return new Map([
    ['README.md', index(shown)],
    ...shown.map((each): [string, string] => [fileOf(each.exhibit), page(each)]),
  ]);
}

async function tracesOf({ variants }: Workspace, scenario: Scenario): Promise<readonly Trace[]> {
  const { results } = await checkScenario(scenario, {
    limits: {},
    properties: null,
    patches: (scenario.spec.variant ?? []).flatMap((name) => variants.get(name) ?? []),
    signal: new AbortController().signal,
    onProgress: () => {},
    now: () => performance.now(),
  });
  return results.flatMap(({ trace }) => (trace === null ? [] : [trace]));
}

/** By tag: claims, and each side of those that have several. */
function declaredClaims(workspace: Workspace): ReadonlyMap<string, DeclaredClaim> {
  return new Map(
    claimSections(workspace).flatMap(({ where, claims }) =>
      claims.flatMap(({ id, spec }): [string, DeclaredClaim][] => {
        const { kind, commit = null } = spec;
        const declared = { kind, says: spec.says, where: spec.where ?? where, commit };
        const sides = Object.entries(spec.sides ?? {});
        return [
          [id, declared],
          ...sides.map(([side, { says }]): [string, DeclaredClaim] => [
            `${id}(${side})`,
            { ...declared, says },
          ]),
        ];
      }),
    ),
  );
}

/** The model's own words for what a vCPU may have cached: the encoding is its affair. */
function translationModel({ modules }: Scenario): TranslationModel {
  const found = ['hardware/tlb', 'hardware/translation', 'kernel/private_memory', 'kernel/spte'].map((file) =>
    modules.exportsOf(`model/${file}.ts`),
  );
  return Object.assign({}, ...found) as TranslationModel;
}

function named<T>(known: ReadonlyMap<string, T>, name: string, what: string): T {
  const found = known.get(name);
  if (found === undefined) throw new Error(`there is no ${what} ${name} for the gallery`);
  return found;
}
