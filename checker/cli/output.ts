/** A stream of this process as commands see it. */
import { type Output, wantsColour } from './environment.js';

export function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => {
      if (!stream.writableEnded && !stream.errored) stream.write(text);
    },
    terminal: stream.isTTY === true,
    get columns() {
      return stream.columns || 100;
    },
    colour: wantsColour(stream.isTTY === true, process.env),
  };
}
