/** Colour, or none: decided per stream, once. */
import { styleText } from 'node:util';

export type Look = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
export type Style = (look: Look, text: string) => string;

export function styleFor(output: { readonly colour: boolean }): Style {
  return output.colour ? painted : (_, text) => text;
}

/** Newer versions of Node look at standard output for themselves unless told not to; older ones ignore the request. */
const WITHOUT_ASKING = { validateStream: false };
const paint: (look: Look, text: string, options: typeof WITHOUT_ASKING) => string = styleText;

function painted(look: Look, text: string): string {
  return paint(look, text, WITHOUT_ASKING);
}
