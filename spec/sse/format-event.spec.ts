import fc from 'fast-check';
import { formatEvent, type FormattableEvent } from '../../src/sse/format-event.js';
import type { ServerSentEvent } from '../../src/sse/block-parser.js';
import { encode, parseText, waysToCut, parsePieces } from './event-pieces.js';

describe('formatEvent', () => {
  it.each<[title: string, event: FormattableEvent, text: string]>([
    ['data alone', { data: '{"a":1}' }, 'data: {"a":1}\n\n'],
    ['every field', { event: 'ping', id: '7', retry: 1500, data: 'a' }, 'event: ping\nid: 7\nretry: 1500\ndata: a\n\n'],
    ['a decoded event', { event: 'message', id: '', data: 'a' }, 'data: a\n\n'],
    ['an empty name', { event: '', data: 'a' }, 'data: a\n\n'],
    ['a retry of zero', { retry: 0, data: 'a' }, 'retry: 0\ndata: a\n\n'],
    ['empty data', { data: '' }, 'data: \n\n'],
    ['data with spaces around', { data: '  a ' }, 'data:   a \n\n'],
    ['data of several lines', { data: 'a\n\nb\n' }, 'data: a\ndata: \ndata: b\ndata: \n\n'],
    ['data with other line breaks', { data: 'a\r\nb\rc\n\rd' }, 'data: a\ndata: b\ndata: c\ndata: \ndata: d\n\n'],
    [
      'data that looks like fields',
      { data: ': a\nid: 1\n\ndata: b' },
      'data: : a\ndata: id: 1\ndata: \ndata: data: b\n\n',
    ],
  ])('writes %s', (_title, event, text) => {
    expect(formatEvent(event)).toBe(text);
  });

  it.each<[event: unknown, field: RegExp]>([
    [{ data: 'a', event: 'x\ny' }, /event must not contain a line break/u],
    [{ data: 'a', event: 'x\r' }, /event/u],
    [{ data: 'a', id: '1\n2' }, /id must not contain a line break or U\+0000/u],
    [{ data: 'a', id: '1\r' }, /id/u],
    [{ data: 'a', id: '1\0' }, /id/u],
    [{ data: 'a', retry: -1 }, /retry must be a non-negative integer/u],
    [{ data: 'a', retry: 1.5 }, /retry/u],
    [{ data: 'a', retry: Infinity }, /retry/u],
    [{ data: 'a', retry: NaN }, /retry/u],
    [{ data: 'a', retry: 1e21 }, /retry/u],
    [{ data: 'a', retry: '5' }, /retry/u],
    [{ data: { a: 1 } }, /data must be a string/u],
    [{}, /data/u],
  ])('rejects %j', (event, field) => {
    expect(() => formatEvent(event as FormattableEvent)).toThrow(TypeError);
    expect(() => formatEvent(event as FormattableEvent)).toThrow(field);
  });

  describe('decoded', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom(' ', ':', '\n', '\t', '\uFEFF'), fc.string({ unit: 'binary', maxLength: 1 })),
    });
    const data = text.map((characters) => characters.replace(/\r/gu, ''));
    const name = text
      .map((characters) => characters.replace(/[\r\n]/gu, ''))
      .map((characters) => characters || 'message');
    const id = text.map((characters) => characters.replace(/[\r\n\0]/gu, '')).filter((characters) => characters !== '');
    const retry = fc.maxSafeNat();
    const event = fc.record({ event: name, data, id, retry }, { requiredKeys: ['event', 'data', 'id'] });

    it('returns the same event', () => {
      fc.assert(
        fc.property(
          fc.oneof(
            event,
            event.map((value) => ({ ...value, id: '' })),
          ),
          (value) => {
            expect(parseText(formatEvent(value)).events).toEqual([value]);
          },
        ),
      );
    });

    it('returns the events of a stream with their ids', () => {
      const stream = 'data: a\n\nid: 1\ndata: b\n\nevent: x\nretry: 5\ndata: c\ndata\n\nid: 2\n\ndata: d\n\n';
      const { events } = parseText(stream);

      expect(events.map(({ id: lastId }) => lastId)).toEqual(['', '1', '1', '2']);
      expect(parseText(events.map((value) => formatEvent(value)).join('')).events).toEqual(events);
    });

    it('returns any events with an id, or before the first id', () => {
      const withoutId = event.map((value): ServerSentEvent => ({ ...value, id: '' }));

      fc.assert(
        fc.property(fc.array(withoutId), fc.array(event), (first, then) => {
          const events = [...first, ...then];

          expect(parseText(events.map((value) => formatEvent(value)).join('')).events).toEqual(events);
        }),
      );
    });

    it('replaces every line break in the data with a line feed', () => {
      for (const cut of waysToCut(encode(formatEvent({ data: 'a\r\nb\rc' })))) {
        expect(parsePieces(cut).events).toEqual([{ event: 'message', data: 'a\nb\nc', id: '' }]);
      }
    });
  });
});
