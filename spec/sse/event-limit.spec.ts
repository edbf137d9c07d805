import { LimitError } from '../../src/errors/limit-error.js';
import { encode, message, parsePieces, parseText, waysToCut } from './event-pieces.js';

describe('the limit', () => {
  const limited = (stream: string, eventBytes: number): unknown[] =>
    waysToCut(encode(stream)).map((pieces) => parsePieces(pieces, { eventBytes }));

  it('allows an event of exactly that many bytes', () => {
    const stream = 'data: 1\n\ndata: 23456\n\n';

    for (const parsed of limited(stream, 11)) {
      expect(parsed).toEqual({ events: [message('1'), message('23456')], last: undefined, error: undefined });
    }
  });

  it('is a LimitError after the events before it if an event has one byte more', () => {
    for (const parsed of limited('data: 1\n\ndata: 23456\n\n', 10)) {
      expect(parsed).toEqual({ events: [message('1')], last: undefined, error: new LimitError('eventBytes', 10) });
    }
  });

  it('counts all lines of an event, and one byte between them', () => {
    const stream = 'id: 1\r\ndata: é\r\nx\r\n\r\n';

    for (const parsed of limited(stream, 5 + 1 + 8 + 1 + 1)) {
      expect(parsed).toMatchObject({ events: [message('é', '1')], error: undefined });
    }
    for (const parsed of limited(stream, 5 + 1 + 8 + 1)) {
      expect(parsed).toMatchObject({ events: [], error: { limit: 'eventBytes', maximum: 15 } });
    }
  });

  it('does not wait for the end of a line that is too long', () => {
    expect(parseText(`data: ${'x'.repeat(100)}`, { eventBytes: 100 }).error).toBeInstanceOf(LimitError);
  });

  it('does not count the byte order mark', () => {
    for (const parsed of limited('\uFEFFdata: 1\n\n', 7)) {
      expect(parsed).toMatchObject({ events: [message('1')], error: undefined });
    }
  });

  it('does not apply to comments, wherever they are', () => {
    const comment = encode(`:${' ping'.repeat(1000)}`);
    const more = encode('pong'.repeat(1000));
    const pieces = [comment, more, more, encode('\ndata: a\n'), comment, more, encode('\r'), comment, encode('\n\n')];

    expect(parsePieces(pieces, { eventBytes: 10 })).toMatchObject({ events: [message('a')], error: undefined });
  });

  it('reads an event of a million lines as one', () => {
    const lines = encode('data: x\n'.repeat(1000));
    const pieces = [...Array.from({ length: 1000 }, () => lines), encode('\n')];

    expect(parsePieces(pieces).events).toEqual([message('x\n'.repeat(1_000_000).slice(0, -1))]);
  });
});
