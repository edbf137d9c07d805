import { EMPTY, NEVER, of, toArray } from 'rxjs';
import { measure, runChunks, textDeltas, tool } from '../../src/index.js';
import { chatChunk } from '../support/chunks.js';
import { runMarbles } from '../support/run-marbles.js';
import { everyApi } from './run-over.js';

const call = { id: 'c', type: 'function', name: 'f', arguments: '{}', complete: true, extra: {} };
const message = { id: undefined, model: undefined, role: 'assistant', content: '', reasoning: '', refusal: '' };
const [x, y, z] = ['x', 'y', 'z'].map((content) => chatChunk({ content }));
const events = {
  a: { turn: 0, type: 'chunk', chunk: x! },
  b: { turn: 1, type: 'chunk', chunk: y! },
  c: { turn: 0, type: 'chunk', chunk: z! },
  k: { turn: 0, type: 'call', call },
  s: { turn: 0, type: 'start', call },
  t: {
    turn: 0,
    type: 'turn',
    message: { ...message, toolCalls: [], finishReason: undefined, extra: {} },
    open: [],
    history: [],
  },
} as const;
const chunks = { x, y, z };

describe('runChunks', () => {
  it('emits the chunks of all turns', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const run = cold('  -a-c-(kst)-b-(t|)', events);
      const runSubs = '   ^------------!';
      const expected = '  -x-z-------y-|';

      expectObservable(run.pipe(runChunks())).toBe(expected, chunks);
      expectSubscriptions(run.subscriptions).toBe(runSubs);
    });
  });

  it('passes errors through, and runs that are empty or never emit', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a-k-#', events).pipe(runChunks())).toBe('-x---#', chunks);
      expectObservable(NEVER.pipe(runChunks())).toBe('-');
      expectObservable(EMPTY.pipe(runChunks())).toBe('|');
    });
  });

  it('unsubscribes from its run', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const run = cold('  -a-c-b|', events);

      expectObservable(run.pipe(runChunks()), '----!').toBe('-x-z', chunks);
      expectSubscriptions(run.subscriptions).toBe('^---!');
    });
  });

  it('must be called', () => {
    expect(() => of(events.a).pipe(runChunks as never)).toThrow('write pipe(runChunks())');
  });

  it.each(everyApi)('lets the operators for chunks read a run over $api', (over) => {
    const weather = tool({ name: 'weather', parameters: { type: 'object' }, run: () => 'sunny' });
    const run = over.runTools(over.clientOf(['weather'], 'Fine'), { tools: [weather] });
    const report = jest.fn();
    const seen: unknown[] = [];
    run.pipe(runChunks(), measure(report), textDeltas(), toArray()).subscribe((texts) => seen.push(texts));

    expect(seen).toEqual([['Fine']]);
    expect(report).toHaveBeenCalledWith(expect.objectContaining({ outcome: 'complete' }));
  });
});
