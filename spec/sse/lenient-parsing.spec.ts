import type { ServerSentEvent } from '../../src/sse/parse-blocks.js';
import { encode, message, named, parsePieces, parseText, waysToCut } from './event-pieces.js';

describe('leniency', () => {
  const readsAs = (stream: string, events: readonly ServerSentEvent[], strict: readonly ServerSentEvent[]): void => {
    for (const pieces of waysToCut(encode(stream))) {
      expect(parsePieces(pieces, { lenient: true }).events).toEqual(events);
      expect(parsePieces(pieces).events).toEqual(strict);
    }
  };

  it('reads a field named error that holds an object as an event of that name', () => {
    readsAs(
      'data: 1\n\nerror: {"code":500}\n\ndata: 2\n\n',
      [message('1'), named('error', '{"code":500}'), message('2')],
      [message('1'), message('2')],
    );
  });

  it('returns such a field at the end if its empty line is missing', () => {
    expect(parseText('error:{}', { lenient: true }).last).toEqual(named('error', '{}'));
    expect(parseText('error:{}').last).toBeUndefined();
  });

  it.each(['error', 'error: oops', 'error:  {}', 'Error: {}', 'errors: {}'])(
    'ignores %j as the standard does',
    (line) => {
      readsAs(`${line}\ndata: a\n\n`, [message('a')], [message('a')]);
    },
  );
});
