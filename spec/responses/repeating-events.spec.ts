import * as fc from 'fast-check';
import { created, type SentEvent, state, textDelta } from '../support/response-events.js';
import { readResponse, responseStream } from '../support/read-response.js';

const end = state('completed');

/** Where servers put the number. */
const numberings: Readonly<Record<string, (event: SentEvent, number: number) => SentEvent>> = {
  first: ({ type, ...event }, number) => ({ type, sequence_number: number, ...event }),
  last: (event, number) => ({ ...event, sequence_number: number }),
  nowhere: (event) => event,
};

describe('many events that differ in a few texts and their number', () => {
  it.each(Object.keys(numberings))('are emitted as they were sent, numbered %s', (place) => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary', maxLength: 6 }), { minLength: 12, maxLength: 30 }),
        fc.nat(120),
        (texts, start) => {
          const sent = texts.map((text, index) =>
            numberings[place]!({ ...textDelta(text), obfuscation: text.slice(1) }, start + index),
          );
          // As it arrives: a lone surrogate becomes U+FFFD.
          const arrived = JSON.parse(Buffer.from(JSON.stringify(sent)).toString()) as unknown[];
          const { events, error } = readResponse(responseStream(created, ...sent, end));

          expect(error).toBeUndefined();
          expect(events.slice(1, -1)).toEqual(arrived);
          expect(events.map((event) => JSON.stringify(event)).slice(1, -1)).toEqual(
            arrived.map((event) => JSON.stringify(event)),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('share no object', () => {
    const sent = Array.from({ length: 30 }, (_, index) => ({ ...textDelta('a'), sequence_number: index }));
    const { events } = readResponse(responseStream(created, ...sent, end));
    const lists = events.slice(1, -1).map((event) => (event as { readonly logprobs?: unknown }).logprobs);

    expect(new Set(events).size).toBe(32);
    expect(new Set(lists).size).toBe(30);
  });

  it.each(['007', '1.5', '1e2', '-1', '12345678901234567890'])(
    'are read by their JSON where the number is %s',
    (number) => {
      const before = responseStream(
        created,
        ...Array.from({ length: 20 }, (_, index) => numberings['first']!(textDelta('a'), index)),
      );
      const odd = responseStream(numberings['first']!(textDelta('b'), 20)).replace(
        '"sequence_number":20',
        `"sequence_number":${number}`,
      );
      const { events, error } = readResponse(before + odd + responseStream(end));

      expect(events).toHaveLength(number === '007' ? 21 : 23);
      expect(error === undefined).toBe(number !== '007');
      expect(events[21]?.sequence_number).toBe(number === '007' ? undefined : Number(number));
    },
  );
});
