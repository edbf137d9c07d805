import { asyncScheduler, from, NEVER, type Observable, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { generate, type GenerationEvent } from '../../../src/local/answers/generate.js';
import { pace } from '../../../src/local/answers/pace.js';
import type { LocalModelRequest } from '../../../src/local/index.js';
import { runMarbles } from '../../support/run-marbles.js';

const request: LocalModelRequest = { operation: 'chat', model: 'mine', messages: [], prompt: '', body: {} };
const events: Record<string, GenerationEvent> = {
  a: { type: 'piece', text: 'a' },
  b: { type: 'piece', text: 'b' },
  c: { type: 'piece', text: 'c' },
  f: { type: 'finish', reason: 'stop' },
  l: { type: 'finish', reason: 'length' },
};
const failure = expect.objectContaining({ message: "The model 'mine' failed: no idea" }) as object;

it('emits the pieces of the model, then why it ended', () => {
  runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
    const model = cold('   a-b-|');
    const modelSubs = '    ^---!';
    const expected = '     a-b-(f|)';

    expectObservable(generate(() => model, request)).toBe(expected, events);
    expectSubscriptions(model.subscriptions).toBe(modelSubs);
  });
});

it('finishes an answer without pieces', () => {
  runMarbles(({ cold, expectObservable }) => {
    const model = cold('   --|');
    const expected = '     --(f|)';

    expectObservable(generate(() => model, request)).toBe(expected, events);
  });
});

it('waits for a model that says nothing', () => {
  runMarbles(({ expectObservable }) => {
    expectObservable(generate(() => NEVER, request)).toBe('-');
  });
});

it('stops the model at the limit, as soon as it would go on', () => {
  runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
    const model = cold('   a-b-c-|');
    const modelSubs = '    ^---!';
    const expected = '     a-b-(l|)';

    expectObservable(generate(() => model, request, { maxTokens: 2 })).toBe(expected, events);
    expectSubscriptions(model.subscriptions).toBe(modelSubs);
  });
});

it('says stop when the model ends at the limit', () => {
  runMarbles(({ cold, expectObservable }) => {
    const model = cold('   a-b-|');
    const expected = '     a-b-(f|)';

    expectObservable(generate(() => model, request, { maxTokens: 2 })).toBe(expected, events);
  });
});

it('names the model in its errors', () => {
  runMarbles(({ cold, expectObservable }) => {
    const model = cold('   a-#', { a: 'a' }, new Error('no idea'));
    const expected = '     a-#';

    expectObservable(generate(() => model, request)).toBe(expected, events, failure);
  });
});

it('stops the model when nobody listens any more', () => {
  runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
    const model = cold('   a-b-c-|');
    const modelSubs = '    ^--!';
    const unsubscribe = '  ---!';
    const expected = '     a-b-';

    expectObservable(
      generate(() => model, request),
      unsubscribe,
    ).toBe(expected, events);
    expectSubscriptions(model.subscriptions).toBe(modelSubs);
  });
});

describe('at a pace', () => {
  const paced = (
    model: Observable<string>,
    tokensPerSecond: number,
    scheduler: SchedulerLike = asyncScheduler,
  ): Observable<GenerationEvent> => generate(() => model, request, { ready: pace(tokensPerSecond, scheduler) });

  it('spreads pieces that come at once, and finishes after the last pause', () => {
    runMarbles(({ cold, expectObservable }) => {
      const model = cold('  (abc|)');
      const expected = '    a 24ms b 24ms c 24ms (f|)';

      expectObservable(paced(model, 40)).toBe(expected, events);
    });
  });

  it('passes on at once what comes later than the pace asks for', () => {
    runMarbles(({ cold, expectObservable }) => {
      const model = cold('  a 99ms b 2s c 9ms |');
      const expected = '    a 99ms b 2s c 99ms (f|)';

      expectObservable(paced(model, 10)).toBe(expected, events);
    });
  });

  it('does not hurry after a pause of the model', () => {
    runMarbles(({ cold, expectObservable }) => {
      const model = cold('  a 2s (bc|)');
      const expected = '    a 2s b 24ms c 24ms (f|)';

      expectObservable(paced(model, 40)).toBe(expected, events);
    });
  });

  it('delivers what came before an error first', () => {
    runMarbles(({ cold, expectObservable }) => {
      const model = cold('  (ab#)', { a: 'a', b: 'b' }, new Error('no idea'));
      const expected = '    a 24ms b 24ms #';

      expectObservable(paced(model, 40)).toBe(expected, events, failure);
    });
  });

  it('leaves nothing behind when nobody listens any more', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const model = cold('  (ab)');
      const modelSubs = '   ^ 9ms !';
      const unsubscribe = ' - 9ms !';
      const expected = '    a';

      expectObservable(paced(model, 40), unsubscribe).toBe(expected, events);
      expectSubscriptions(model.subscriptions).toBe(modelSubs);
    });
  });

  it('makes up for timers that fire late', () => {
    runMarbles(({ flush }) => {
      const late: SchedulerLike = {
        now: () => asyncScheduler.now(),
        schedule: <S>(work: (this: SchedulerAction<S>, state?: S) => void, delay = 0, state?: S) =>
          asyncScheduler.schedule<S>(work, delay + 4, state),
      };
      const start = late.now();
      let end = 0;
      paced(from('a'.repeat(2000)), 1000, late).subscribe({ complete: () => (end = late.now()) });
      flush();

      expect(end - start).toBeGreaterThanOrEqual(2000);
      expect(end - start).toBeLessThan(2010);
    });
  });
});

it('without a pace sets no timer, and gives the event loop its turns', async () => {
  const noTimers: SchedulerLike = {
    now: () => 0,
    schedule: () => {
      throw new Error('no timers');
    },
  };
  let received = 0;
  const finished = new Promise<void>((resolve, reject) => {
    generate(() => from('a'.repeat(1000)), request, { ready: pace(0, noTimers) }).subscribe({
      next: () => (received += 1),
      complete: resolve,
      error: reject,
    });
  });
  const afterOneTurn = await new Promise<number>((resolve) => setImmediate(() => resolve(received)));
  await finished;

  expect(afterOneTurn).toBeGreaterThan(0);
  expect(afterOneTurn).toBeLessThan(1000);
  expect(received).toBe(1001);
});
