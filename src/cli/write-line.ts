import { styleText } from 'node:util';

/** Writes a line, in a style where the stream is a terminal that shows it. */
export function writeLine(output: NodeJS.WriteStream, line: string, style: 'dim' | 'red'): void {
  output.write(`${styleText(style, line, { stream: output })}\n`);
}
