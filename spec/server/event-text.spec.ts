import { asyncScheduler, concat, EMPTY, from, NEVER, Subject, throwError, type Observable } from 'rxjs';
import { eventText, type EventStreamValue } from '../../src/server/event-text.js';
import { runMarbles } from '../../src/testing/index.js';
import { chatChunk, finishChunk } from '../support/chunks.js';
import { collectReported } from '../support/reported.js';

collectReported();

const chunks = { a: chatChunk({ content: 'a' }), b: chatChunk({ content: 'b' }), f: finishChunk() };
const frames = {
  a: frame(chunks.a),
  b: frame(chunks.b),
  f: frame(chunks.f),
  x: frame(chunks.a) + frame(chunks.b),
  c: ':\n\n',
  d: 'data: [DONE]\n\n',
  e: 'data: {"error":{"message":"The server failed","type":"server","code":null,"param":null}}\n\n',
};

function frame(chunk: object): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

describe('the text of an event stream', () => {
  it('is one piece for each value that the reader waits for', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b--f-|', chunks);
      const sourceSubs = ' ^-------!';
      const expected = '  -a-b--f-(d|)';

      expectObservable(read(source, EMPTY)).toBe(expected, frames);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('has what came while the reader was busy in one piece', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('-fa-b---|', chunks);
      const busy = cold('  ----(k|)');
      const expected = '  -f---x--(d|)';

      expectObservable(read(source, busy)).toBe(expected, frames);
    });
  });

  it('has a comment after each pause of the length of the heartbeat', () => {
    runMarbles(({ cold, expectObservable, scheduler }) => {
      const source = cold('------a------b-|', chunks);
      const expected = '  ----c-a---c--b-(d|)';

      const text = eventText(source, { heartbeat: 4, scheduler, whenWanted: () => EMPTY });
      expectObservable(text).toBe(expected, frames);
    });
  });

  it('ends with an error event when the source fails', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('-a-#', chunks, new Error('private'));
      const expected = '  -a-(e|)';

      expectObservable(read(source, EMPTY)).toBe(expected, frames);
    });
  });

  it('begins with the first value of a silent source and ends only with it', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-----', chunks);
      const sourceSubs = ' ^---!';

      expectObservable(read(source, EMPTY), '^---!').toBe('-----');
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('stops a source that emits all at once and more than is kept', () => {
    let emitted = 0;
    const endless = new Subject<EventStreamValue>();
    const got: string[] = [];
    eventText(endless, { heartbeat: 1000, scheduler: asyncScheduler, whenWanted: () => NEVER }).subscribe((text) => {
      got.push(text);
    });
    while (endless.observed) {
      endless.next(chatChunk({ tool_calls: [{ index: 0, function: { arguments: 'x'.repeat(1000) } }] }));
      emitted += 1;
    }

    expect(emitted).toBeGreaterThan(900);
    expect(emitted).toBeLessThan(1100);
    expect(got.at(-1)).toContain('"type":"limit"');
  });

  it('joins texts for a reader that stays away, without losing any', () => {
    const wanted = new Subject<void>();
    const source = new Subject<EventStreamValue>();
    const got: string[] = [];
    eventText(source, { heartbeat: 1000, scheduler: asyncScheduler, whenWanted: () => wanted }).subscribe((text) => {
      got.push(text);
    });
    const sent = Array.from({ length: 10_000 }, (_, place) => `word${place} `);
    sent.forEach((content) => source.next(chatChunk({ content }, {}, { obfuscation: content })));
    source.complete();
    const all = got.join('');

    expect(all.length).toBeLessThan(2 ** 20);
    expect(textOf(all)).toBe(sent.join(''));
    expect(all).toMatch(/data: \[DONE\]\n\n$/u);
  });

  it('does not join what adds more than text', () => {
    const plain = { content: 'x' };
    const chunk = chatChunk(plain);
    const call = { ...delta('a'), type: 'response.function_call_arguments.delta' } as unknown as EventStreamValue;
    const pairs: readonly (readonly [EventStreamValue, EventStreamValue])[] = [
      same(chatChunk({ ...plain, reasoning_content: 'r' })),
      same(chatChunk({ ...plain, tool_calls: [{ index: 0 }] })),
      same(chatChunk(plain, { logprobs: { content: [] } })),
      same(chatChunk(plain, { finish_reason: 'stop' })),
      same({ ...chunk, choices: [...chunk.choices, { index: 1, delta: plain }] }),
      [chunk, chatChunk(plain, { index: 1 })],
      [chunk, chatChunk(plain, {}, { id: 'chat-2' })],
      [chunk, { event: 'named', data: JSON.stringify(chunk) }],
      same({ data: 'no JSON' }),
      same(delta('a', { logprobs: [{ token: 'a', logprob: 0 }] })),
      [delta('a'), delta('a', { content_index: 1 })],
      same(call),
    ];
    for (const pair of pairs) {
      expect([pair, countOf(eventsWhileAway(pair))]).toEqual([pair, 2]);
    }
    expect(countOf(eventsWhileAway([chatChunk(plain), chatChunk(plain)]))).toBe(1);
    expect(countOf(eventsWhileAway([delta('a'), delta('b', { sequence_number: 2 })]))).toBe(1);
  });

  it('gives joined server-sent events the last id', () => {
    const text = eventsWhileAway([
      { id: '7', data: JSON.stringify(chatChunk({ content: 'Hel' })) },
      { id: '8', data: JSON.stringify(chatChunk({ content: 'lo' })) },
    ]);

    expect(text).toBe(`id: 8\n${frame(chatChunk({ content: 'Hello' }))}`);
  });
});

function read(source: Observable<EventStreamValue>, whenWanted: Observable<unknown>): Observable<string> {
  return eventText(source, { heartbeat: 1000, scheduler: asyncScheduler, whenWanted: () => whenWanted });
}

function delta(text: string, more: object = {}): EventStreamValue {
  const place = { item_id: 'm', output_index: 0, content_index: 0, sequence_number: 1 };
  return { type: 'response.output_text.delta', ...place, delta: text, logprobs: [], ...more };
}

const filler = { event: 'filler', data: 'x'.repeat(2 ** 16) };

/** Returns the events that follow a backlog above which events are joined. */
function eventsWhileAway(events: readonly EventStreamValue[]): string {
  const got: string[] = [];
  const source = concat(
    from([filler, filler, ...events]),
    throwError(() => new Error()),
  );
  read(source, NEVER).subscribe((text) => got.push(text));
  return got.slice(0, -1).join('').split('xx\n\n').at(-1)!;
}

function same(event: EventStreamValue): readonly [EventStreamValue, EventStreamValue] {
  return [event, event];
}

function countOf(text: string): number {
  return text.split('\n\n').length - 1;
}

function textOf(stream: string): string {
  return Array.from(stream.matchAll(/^data: (\{.*)$/gmu), ([, json]) => {
    const chunk = JSON.parse(json!) as { choices: { delta: { content: string } }[] };
    return chunk.choices[0]!.delta.content;
  }).join('');
}
