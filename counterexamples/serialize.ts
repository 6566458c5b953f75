/** Writes a trace as JSON: what is small stands on one line, so that the document can be read and compared. */
import type { Trace } from './trace.js';

export function serializeTrace(trace: Trace): string {
  return serializeJson(trace);
}

export function serializeJson(value: unknown): string {
  return `${readableJson(value)}\n`;
}

const WIDTH = 120;

/** JSON in which an array or object that fits takes one line. */
function readableJson(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const items = Array.isArray(value)
    ? value.map((each: unknown) => readableJson(each, inner))
    : Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${readableJson(each, inner)}`);
  if (items.length === 0) return open + close;
  const padding = open === '{' ? ' ' : '';
  const line = `${open}${padding}${items.join(', ')}${padding}${close}`;
  if (line.length + indent.length <= WIDTH && !line.includes('\n')) return line;
  return `${open}\n${items.map((item) => inner + item).join(',\n')}\n${indent}${close}`;
}
