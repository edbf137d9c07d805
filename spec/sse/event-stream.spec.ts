import { from, map } from 'rxjs';
import { LimitError } from '../../src/errors/limit-error.js';
import { decodeEvents } from '../../src/sse/decode-events.js';
import type { ServerSentEvent } from '../../src/sse/block-parser.js';
import { encode, message, named, parsePieces, parseText, waysToCut } from './event-pieces.js';
import { readPlainly } from './plain-reading.js';

describe('an event stream', () => {
  it.each<[title: string, stream: string, events: readonly ServerSentEvent[]]>([
    ['one event', 'data: a\n\n', [message('a')]],
    ['no space after the colon', 'data:a\n\n', [message('a')]],
    ['two spaces, one of them content', 'data:  a\n\n', [message(' a')]],
    ['a tab, which is content', 'data:\ta\n\n', [message('\ta')]],
    ['a space at the end, which is content', 'data: a \n\n', [message('a ')]],
    ['colons in the value', 'data: a:b: c\n\n', [message('a:b: c')]],
    ['pairs of carriage return and line feed', 'data: a\r\n\r\ndata: b\r\n\r\n', [message('a'), message('b')]],
    ['carriage returns only', 'data: a\r\rdata: b\r\r', [message('a'), message('b')]],
    ['mixed line ends', 'data: a\r\n\ndata: b\n\r\ndata: c\r\r\n', [message('a'), message('b'), message('c')]],
    [
      'a line feed before a carriage return, which end two lines',
      'data: a\n\rdata: b\n\n',
      [message('a'), message('b')],
    ],
    [
      'other separators, which end no line',
      'data: a\u2028b\u2029c\u0085d\fe\vf\n\n',
      [message('a\u2028b\u2029c\u0085d\fe\vf')],
    ],
    ['several data lines', 'data: a\ndata:\ndata: c\n\n', [message('a\n\nc')]],
    ['data without a colon', 'data\n\n', [message('')]],
    ['empty data', 'data:\n\n', [message('')]],
    ['two empty data lines', 'data\ndata:\n\n', [message('\n')]],
    ['a name', 'event: ping\ndata: 1\n\ndata: 2\n\n', [named('ping', '1'), message('2')]],
    ['a name after the data', 'data: 1\nevent: ping\n\n', [named('ping', '1')]],
    ['two names, where the last counts', 'event: a\nevent: b\ndata: 1\n\n', [named('b', '1')]],
    ['a name reset to empty', 'event: a\nevent\ndata: 1\n\n', [message('1')]],
    ['a name without data, which is forgotten', 'event: a\n\ndata: 1\n\n', [message('1')]],
    ['an id, which stays', 'id: 7\ndata: a\n\ndata: b\n\n', [message('a', '7'), message('b', '7')]],
    ['an id without data, which counts', 'id: 7\n\ndata: a\n\n', [message('a', '7')]],
    ['an id reset to empty', 'id: 7\ndata: a\n\nid\ndata: b\n\n', [message('a', '7'), message('b')]],
    ['an id with U+0000, which is ignored', 'id: 7\nid: 1\0\ndata: a\n\n', [message('a', '7')]],
    ['U+0000 in the data', 'data: a\0b\n\n', [message('a\0b')]],
    [
      'a retry, for its own event only',
      'retry: 1500\ndata: a\n\ndata: b\n\n',
      [{ ...message('a'), retry: 1500 }, message('b')],
    ],
    ['a retry without data, which is forgotten', 'retry: 1500\n\ndata: a\n\n', [message('a')]],
    [
      'retries with other characters than digits',
      'retry: 5\nretry: 1x\nretry: -1\nretry: 1.5\nretry: ٣\nretry\ndata: a\n\n',
      [{ ...message('a'), retry: 5 }],
    ],
    [
      'a retry that is too large',
      `retry: ${'9'.repeat(400)}\ndata: a\n\n`,
      [{ ...message('a'), retry: Number.MAX_SAFE_INTEGER }],
    ],
    ['comments', ': hi\n\n:\ndata: a\n: there\ndata: b\n:\n\n: end\n\n', [message('a\nb')]],
    ['unknown fields', 'foo: 1\ndata: a\ndataa: b\ndat: c\nbar\n\n', [message('a')]],
    ['names in another case or with spaces', 'Data: a\n data: b\ndata : c\ndata: d\n\n', [message('d')]],
    ['empty lines only', '\n\n\r\n\r\r', []],
    ['empty lines around', '\n\r\ndata: a\n\n\n\r\rdata: b\n\n', [message('a'), message('b')]],
    ['a byte order mark', '\uFEFFdata: a\n\n', [message('a')]],
    ['a byte order mark before a comment', '\uFEFF: hi\ndata: a\n\n', [message('a')]],
    ['two byte order marks, one of them content', '\uFEFF\uFEFFdata: a\ndata: b\n\n', [message('b')]],
    [
      'a later byte order mark, which is content',
      'data: a\n\n\uFEFFdata: b\ndata: \uFEFFc\n\n',
      [message('a'), message('\uFEFFc')],
    ],
    ['characters of several bytes', 'event: é\nid: €\ndata: 한😀\n\n', [{ event: 'é', data: '한😀', id: '€' }]],
  ])('reads %s, however it is cut', (_title, stream, events) => {
    for (const pieces of waysToCut(encode(stream))) {
      expect(parsePieces(pieces)).toEqual({ events, last: undefined, error: undefined });
    }
  });

  it.each<[title: string, bytes: readonly number[], data: string]>([
    ['an invalid first byte', [0xff], '\uFFFD'],
    ['a character cut off by the line end', [0xe2, 0x82], '\uFFFD'],
    ['a character cut off by another', [0xf0, 0x9f, 0x98, 0x41], '\uFFFDA'],
    ['an overlong encoding', [0xc0, 0x80], '\uFFFD\uFFFD'],
    ['a surrogate', [0xed, 0xa0, 0x80], '\uFFFD\uFFFD\uFFFD'],
  ])('reads %s as U+FFFD', (_title, bytes, data) => {
    const stream = Uint8Array.from([...encode('data: '), ...bytes, ...encode('\n\ndata: é\n\n')]);

    for (const pieces of waysToCut(stream)) {
      expect(parsePieces(pieces).events).toEqual([message(data), message('é')]);
    }
  });

  it.each<[title: string, pieces: readonly string[], events: readonly ServerSentEvent[]]>([
    ['between CR and LF inside an event', ['data: a\r', '\ndata: b\r\n\r\n'], [message('a\nb')]],
    ['between CR and LF at the end of an event', ['data: a\r\n\r', '\ndata: b\r\n\r\n'], [message('a'), message('b')]],
    ['between CR and LF before the empty line', ['data: a\r', '\n\r\ndata: b\n\n'], [message('a'), message('b')]],
    ['between CR and LF between fields', ['event: x\r', '\ndata: a\r', '\n\r', '\n'], [named('x', 'a')]],
    ['after a CR that ends its line alone', ['data: a\r', 'data: b\r', '\r'], [message('a\nb')]],
    [
      'between two CR, so that the second is the empty line',
      ['data: a\r', '\rdata: b\n\n'],
      [message('a'), message('b')],
    ],
    ['with nothing between CR and LF', ['data: a\r', '', '\n', '\r', '', '\n'], [message('a')]],
    ['inside the name of a field', ['da', 'ta: a\n\n'], [message('a')]],
    ['before and after the colon', ['data', ':', ' ', 'a\n\n'], [message('a')]],
    ['between the lines of an event', ['data: a\n', 'data: b\n', '\n'], [message('a\nb')]],
    ['in a comment that looks like data', [': ', 'data: x\n', 'data: a\n\n'], [message('a')]],
    ['in a comment, whose rest looks like a field', [':', ' x', 'data: x', '\ndata: a\n\n'], [message('a')]],
    ['in a comment between fields', ['data: a\n: x', 'data: y\r', '\ndata: b\n\n'], [message('a\nb')]],
    ['in a comment before the empty line', ['data: a\n: x', '\n', '\n'], [message('a')]],
  ])('reads a stream that is cut %s', (_title, pieces, events) => {
    expect(parsePieces(pieces.map(encode))).toEqual({ events, last: undefined, error: undefined });
  });

  it.each<[title: string, stream: string, last: ServerSentEvent | undefined]>([
    ['an event without its empty line', 'data: a\n\ndata: b\n', message('b')],
    ['an event without its line end', 'data: a\n\nevent: x\nid: 1\ndata: b', { event: 'x', data: 'b', id: '1' }],
    ['an event cut off after a carriage return', 'data: a\n\ndata: b\r', message('b')],
    ['an event cut off inside a comment', 'data: a\n\ndata: b\n: c', message('b')],
    ['a bare field name', 'data: a\n\ndata', message('')],
    ['a block without data', 'data: a\n\nevent: x\nid: 1', undefined],
    ['part of a name', 'data: a\n\ndat', undefined],
    ['nothing', 'data: a\n\n', undefined],
  ])('returns %s only at the end', (_title, stream, last) => {
    for (const pieces of waysToCut(encode(stream))) {
      expect(parsePieces(pieces)).toEqual({ events: [message('a')], last, error: undefined });
      expect(parsePieces(pieces, { mode: 'spec' }).last).toBeUndefined();
    }
  });

  it('replaces a character cut off by the end of the stream', () => {
    const stream = Uint8Array.from([...encode('data: a'), 0xe2, 0x82]);

    for (const pieces of waysToCut(stream)) {
      expect(parsePieces(pieces).last).toEqual(message('a\uFFFD'));
    }
  });

  it('returns nothing for an empty stream or half a byte order mark', () => {
    expect(parsePieces([])).toEqual({ events: [], last: undefined, error: undefined });
    expect(parsePieces([Uint8Array.of(0xef), new Uint8Array(), Uint8Array.of(0xbb)])).toEqual(parsePieces([]));
  });

  it('copies the bytes it keeps, so that the sender can reuse its buffer', () => {
    const memory = new Uint8Array(1);
    const events: ServerSentEvent[] = [];
    from(encode('\uFEFFdata: aé\n\ndata: b\n\n'))
      .pipe(
        map((byte) => memory.fill(byte)),
        decodeEvents({ eventBytes: 100 }),
      )
      .subscribe((event) => events.push(event));

    expect(events).toEqual([message('aé'), message('b')]);
  });

  it('decodes a long text the same, whatever the pieces before it held', () => {
    const ascii = 'data: abc\n\n'.repeat(1000);
    const wide = 'data: é€😀\n\n'.repeat(1000);
    const pieces = [ascii, wide, wide, ascii, `data: ${'é'.repeat(9000)}`, '\n\n', ascii, wide].map(encode);

    expect(parsePieces(pieces)).toEqual(readPlainly(Buffer.concat(pieces)));
  });

  describe('eventBytes', () => {
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

  describe('with a field named error, which only clients read', () => {
    const readsAs = (stream: string, events: readonly ServerSentEvent[]): void => {
      for (const pieces of waysToCut(encode(stream))) {
        expect(parsePieces(pieces).events).toEqual(events);
      }
    };

    it('has no event for it', () => {
      readsAs('data: 1\n\nerror: {"code":500}\n\ndata: 2\n\n', [message('1'), message('2')]);
      expect(parseText('error:{}').last).toBeUndefined();
    });

    it.each(['error', 'error: oops', 'error:  {}', 'Error: {}', 'errors: {}'])('ignores %j', (line) => {
      readsAs(`${line}\ndata: a\n\n`, [message('a')]);
    });
  });
});
