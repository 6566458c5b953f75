/** Readable identifiers for what a graph consists of, without collisions, in languages with other reserved words. */
import type { BoundaryPoint, Graph, ProcessGraph } from '../compiler/ir/graph.js';

/** What a language does not take as an identifier, beyond what is no C identifier. */
export interface Vocabulary {
  readonly reserved: ReadonlySet<string>;
  /** Beginnings that mean something (SPIN takes a label `end_of_x` for an end state). */
  readonly reservedPrefixes?: readonly string[];
  /** Whether `Read` and `read` are the same identifier. */
  readonly ignoreCase?: boolean;
}

/** Gives out identifiers, each one once. What an outer namer gave out before, an inner one does not give out again. */
export class Namer {
  readonly #taken = new Set<string>();

  constructor(
    readonly vocabulary: Vocabulary,
    readonly outer: Namer | null = null,
  ) {}

  /** The identifier nearest to the text. */
  fresh(text: string): string {
    const wanted = identifier(text, this.vocabulary);
    let name = wanted;
    for (let n = 2; this.#isTaken(name); n++) name = `${wanted}_${n}`;
    this.#taken.add(this.#key(name));
    return name;
  }

  inner(): Namer {
    return new Namer(this.vocabulary, this);
  }

  #isTaken(name: string): boolean {
    if (this.#taken.has(this.#key(name))) return true;
    return this.outer === null ? false : this.outer.#isTaken(name);
  }

  #key(name: string): string {
    return this.vocabulary.ignoreCase === true ? name.toLowerCase() : name;
  }
}

export interface ProcessNames {
  readonly name: string;
  /** By boundary. Unique among all processes, and never the name of anything else. */
  readonly boundaries: readonly string[];
  /** Where the process stands when it has finished. */
  readonly finished: string;
  /** By local. Unique within the process, and never the name of anything but other processes' locals. */
  readonly locals: readonly string[];
}

export interface ModelNames {
  /** For whatever else the export declares on the outermost level. */
  readonly globals: Namer;
  /** Of the fields of the root record. Global. */
  readonly roots: ReadonlyMap<string, string>;
  /** Of the fields of all other records: the same everywhere, unique among fields only. */
  readonly fields: ReadonlyMap<string, string>;
  readonly processes: readonly ProcessNames[];
  /** By id. Global. */
  readonly properties: ReadonlyMap<string, string>;
}

/** Names everything in an order that depends on the graph only, so that the same graph is always written the same. */
export function nameModel(
  graph: Graph,
  vocabulary: Vocabulary,
  properties: readonly string[] = [],
): ModelNames {
  const globals = new Namer(vocabulary);
  const members = new Namer(vocabulary);
  const roots = new Map<string, string>();
  const fields = new Map<string, string>();
  for (const { path } of graph.cells) {
    path.forEach((key, depth) => {
      const [names, namer] = depth === 0 ? [roots, globals] : [fields, members];
      if (typeof key === 'string' && !names.has(key)) names.set(key, namer.fresh(key));
    });
  }
  const named = graph.processes.map((process) => globals.fresh(process.name));
  const ids = new Map(properties.map((id) => [id, globals.fresh(id)]));
  const points = graph.processes.map((process) => ({
    boundaries: process.boundaries.map((point, index) => globals.fresh(boundaryText(point, index))),
    finished: globals.fresh(`${process.name}_finished`),
  }));
  return {
    globals,
    roots,
    fields,
    properties: ids,
    // Last, so that no local hides what is global.
    processes: graph.processes.map((process, index) => ({
      name: named[index] ?? process.name,
      boundaries: points[index]?.boundaries ?? [],
      finished: points[index]?.finished ?? 'finished',
      locals: localNames(process, globals.inner()),
    })),
  };
}

/** `tdp_mmu_zap_leafs_17_write_unlock`: who is there, in which line, and what that line calls. */
export function boundaryText({ frames }: BoundaryPoint, index: number): string {
  const [outer, inner] = frames.slice(-2);
  if (outer === undefined) return `boundary_${index}`;
  const place = `${outer.function}_${outer.span.line}`;
  return inner === undefined ? place : `${place}_${inner.function}`;
}

/** `old_spte_pfn` of `tdp_mmu_clear_spte_bits.old_spte.pfn`; of a shared slot, by its first user. */
export function localText(name: string): string {
  const [first = name] = name.split(' | ');
  return first.slice(first.indexOf('.') + 1);
}

export function localNames({ locals }: Pick<ProcessGraph, 'locals'>, namer: Namer): readonly string[] {
  return locals.map(({ name }) => namer.fresh(localText(name)));
}

function identifier(text: string, { reserved, reservedPrefixes = [] }: Vocabulary): string {
  const plain = text.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
  const name = /^[A-Za-z]/.test(plain) ? plain : `x${plain && `_${plain}`}`;
  if (reservedPrefixes.some((prefix) => name.toLowerCase().startsWith(prefix))) return `at_${name}`;
  return reserved.has(name) ? `${name}_` : name;
}
