/** The output formats, as a table. Each is a pure function of the trace. */
import type { Trace } from '../trace.js';
import { itf } from './itf.js';
import { json } from './json.js';
import { markdown } from './markdown.js';
import { mermaid } from './mermaid.js';
import { text } from './text.js';

export interface Format {
  readonly name: string;
  /** Of a file that holds it, with the dot. */
  readonly extension: string;
  readonly description: string;
  render(trace: Trace): string;
}

export const formats: readonly Format[] = [
  {
    name: 'text',
    extension: '.txt',
    description: 'table for mail, one column per process',
    render: (trace) => text(trace),
  },
  {
    name: 'json',
    extension: '.trace.json',
    description: 'the trace document, for trace show and replay',
    render: json,
  },
  {
    name: 'markdown',
    extension: '.md',
    description: 'table for code review, every change folded away',
    render: markdown,
  },
  { name: 'mermaid', extension: '.mmd', description: 'sequence diagram', render: mermaid },
  {
    name: 'itf',
    extension: '.itf.json',
    description: 'Informal Trace Format of Apalache and Quint',
    render: itf,
  },
];
