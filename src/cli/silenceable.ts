import { Writable } from 'node:stream';

/** A stream that passes what is written on to a terminal, as wide as that, except while it is silent. */
export function silenceable(terminal: NodeJS.WriteStream, isSilent: () => boolean): Writable {
  const output = new Writable({
    decodeStrings: false,
    write: (text: string, _, done) => {
      if (!isSilent()) {
        terminal.write(text);
      }
      done();
    },
  });
  return Object.defineProperty(output, 'columns', { get: () => terminal.columns });
}
