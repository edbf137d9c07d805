import { concat, NEVER, of, VirtualTimeScheduler } from 'rxjs';
import { createClient, DeadlineError, type Deadlines, retryTransient, textDeltas } from '../../src/index.js';
import { chatRequest, fakeTransport } from '../support/answers.js';
import { events, none, passed, runTimed, values } from '../support/timed-client.js';
import { head } from '../support/transport-events.js';
import { watchScheduler } from '../support/watch-scheduler.js';

interface Diagram {
  readonly answer: string;
  readonly answerSubs: string;
  readonly expected: string;
  readonly error?: unknown;
}

/** Expects the text of a chat answer, and when its exchange ends. */
function expectDiagram({ answer, answerSubs, expected, error }: Diagram, deadlines: Deadlines): void {
  runTimed(({ cold, expectObservable, expectSubscriptions }, createTimed) => {
    const exchange = cold(answer, events);
    const client = createTimed({ transport: fakeTransport(exchange).transport, deadlines });

    expectObservable(client.chat(chatRequest).pipe(textDeltas())).toBe(expected, values, error);
    expectSubscriptions(exchange.subscriptions).toBe(answerSubs);
  });
}

describe('expired deadlines', () => {
  describe('the deadline for headers', () => {
    it('ends an exchange without headers', () => {
      const diagram = {
        answer: '    --------',
        answerSubs: '^----!  ',
        expected: '  -----#  ',
        error: passed('headers'),
      };

      expectDiagram(diagram, { headers: 5 });
    });

    it('is met by the headers, however late the first chunk is', () => {
      const diagram = {
        answer: '    ----h------ad|',
        answerSubs: '^------------!',
        expected: '  -----------a|',
      };

      expectDiagram(diagram, { headers: 5 });
    });

    it('starts again with each exchange if an interceptor retries', () => {
      runTimed(({ expectObservable }, createTimed) => {
        const client = createTimed({
          transport: fakeTransport(NEVER).transport,
          deadlines: { headers: 5 },
          interceptors: [(request, next) => next(request).pipe(retryTransient({ random: () => 0.004 }))],
        });

        // Three times 5 ms, and pauses of 2 and 4 ms.
        expectObservable(client.chat(chatRequest)).toBe('21ms #', {}, passed('headers'));
      });
    });
  });

  describe('the deadline for the first chunk', () => {
    it('ends a stream without a first chunk', () => {
      const diagram = {
        answer: '    -h------',
        answerSubs: '^----!  ',
        expected: '  -----#  ',
        error: passed('firstChunk'),
      };

      expectDiagram(diagram, { firstChunk: 5 });
    });

    it('is not extended by comments and empty events', () => {
      const diagram = {
        answer: '    -hckckck-a',
        answerSubs: '^------!   ',
        expected: '  -------#   ',
        error: passed('firstChunk'),
      };

      expectDiagram(diagram, { firstChunk: 7 });
    });

    it('starts with the subscription, before the headers', () => {
      const diagram = {
        answer: '    ---h-----',
        answerSubs: '^----!   ',
        expected: '  -----#   ',
        error: passed('firstChunk'),
      };

      expectDiagram(diagram, { firstChunk: 5, headers: 9 });
    });

    it('includes the pauses of an interceptor that retries', () => {
      runTimed(({ cold, expectObservable }, createTimed) => {
        const busy = cold('(ht|)', { ...events, h: head(429, { 'retry-after': '3' }) });
        const client = createTimed({
          transport: fakeTransport(busy).transport,
          deadlines: { firstChunk: 5000 },
          interceptors: [(request, next) => next(request).pipe(retryTransient())],
        });

        expectObservable(client.chat(chatRequest)).toBe('5s #', {}, passed('firstChunk'));
      });
    });

    it('starts again with each attempt of a retry operator after the client', () => {
      runTimed(({ cold, expectObservable }, createTimed) => {
        const { transport } = fakeTransport(NEVER, cold('-h-afd|', events));
        const client = createTimed({ transport, deadlines: { firstChunk: 5 } });
        const text = client.chat(chatRequest).pipe(retryTransient({ random: () => 0.004 }), textDeltas());

        // 5 ms, a pause of 2 ms, and 3 ms to the text.
        expectObservable(text).toBe('----------a-|', values);
      });
    });
  });

  describe('the deadline between chunks', () => {
    it('ends a stream that falls silent, and keeps its chunks', () => {
      const diagram = {
        answer: '    -h-a--b------a',
        answerSubs: '^---------!   ',
        expected: '  ---a--b---#   ',
        error: passed('idle'),
      };

      expectDiagram(diagram, { idle: 4 });
    });

    it('is not extended by comments and empty events', () => {
      const diagram = {
        answer: '    -h-ackckckck',
        answerSubs: '^------!    ',
        expected: '  ---a---#    ',
        error: passed('idle'),
      };

      expectDiagram(diagram, { idle: 4 });
    });

    it('does not count before the first chunk', () => {
      const diagram = {
        answer: '    -h-------afd|',
        answerSubs: '^-----------!',
        expected: '  ---------a-|',
      };

      expectDiagram(diagram, { idle: 4 });
    });

    it('limits the reading of an error body, whose status still decides', () => {
      const diagram = {
        answer: '    -e-t-t-t-t-t-t-t',
        answerSubs: '^-------!       ',
        expected: '  --------#       ',
        error: expect.objectContaining({ name: 'ApiError', status: 500 }) as unknown,
      };

      expectDiagram(diagram, { idle: 7 });
    });
  });

  describe('the total deadline', () => {
    it('ends a stream that never completes', () => {
      const diagram = {
        answer: '    -h-a-b-a-b-a-b',
        answerSubs: '^-------!     ',
        expected: '  ---a-b-a#     ',
        error: passed('total'),
      };

      expectDiagram(diagram, { total: 8, idle: 4 });
    });

    it.each(['total', 'firstChunk'])('%s limits the reading of an error body, whose status still decides', (name) => {
      const diagram = {
        answer: '    -e-t-t-t-t',
        answerSubs: '^----!    ',
        expected: '  -----#    ',
        error: expect.objectContaining({ name: 'ApiError', status: 500 }) as unknown,
      };

      expectDiagram(diagram, { [name]: 6 });
    });
  });

  it('do not affect a stream in time', () => {
    const diagram = {
      answer: '    -h-a-b-fd|',
      answerSubs: '^--------!',
      expected: '  ---a-b--| ',
    };

    expectDiagram(diagram, { headers: 5, firstChunk: 5, idle: 5, total: 20 });
  });

  it('never expire if all are Infinity', () => {
    const diagram = {
      answer: '    -h 86400s a 86400s fd|',
      answerSubs: '^- 86400s - 86400s --!',
      expected: '  -- 86400s a 86400s -| ',
    };

    expectDiagram(diagram, none);
  });
});

const baseURL = 'http://server.test/v1';

describe('deadlines of a client', () => {
  it.each<[keyof Deadlines, number]>([
    ['headers', 600_000],
    ['firstChunk', 600_000],
    ['idle', 300_000],
  ])('default %s to %i ms', (deadline, duration) => {
    const scheduler = new VirtualTimeScheduler();
    const before = { headers: [], firstChunk: [events['h']!], idle: [events['h']!, events['a']!] };
    const exchange = concat(of(...before[deadline as keyof typeof before]), NEVER);
    const others = { headers: Infinity, firstChunk: Infinity, idle: Infinity, [deadline]: undefined };
    const client = createClient({
      baseURL,
      scheduler,
      transport: fakeTransport(exchange).transport,
      deadlines: others,
    });
    let error: unknown;

    client.chat(chatRequest).subscribe({ error: (reason: unknown) => (error = reason) });
    scheduler.flush();

    expect(error).toBeInstanceOf(DeadlineError);
    expect(error).toMatchObject({ deadline });
    expect(scheduler.frame).toBe(duration);
  });

  it('have no total by default', () => {
    const scheduler = watchScheduler();
    const { transport } = fakeTransport(NEVER);
    const deadlines = { headers: Infinity, firstChunk: Infinity, idle: Infinity };

    const subscription = createClient({ baseURL, scheduler, transport, deadlines }).chat(chatRequest).subscribe();

    expect(scheduler.scheduled).toBe(0);
    subscription.unsubscribe();
  });

  it.each<keyof Deadlines>(['headers', 'firstChunk', 'idle', 'total'])(
    'set no timer for %s that would overflow and fire at once',
    (deadline) => {
      const scheduler = watchScheduler();
      const { transport } = fakeTransport(concat(of(events['h']!, events['a']!), NEVER));
      const deadlines = { ...none, [deadline]: 2 ** 31 };

      const subscription = createClient({ baseURL, scheduler, transport, deadlines }).chat(chatRequest).subscribe();

      expect(scheduler.scheduled).toBe(0);
      subscription.unsubscribe();
    },
  );

  it('leave no timer when the request is unsubscribed', () => {
    const scheduler = watchScheduler();
    for (const exchange of [
      NEVER,
      concat(of(events['h']!), NEVER),
      concat(of(events['h']!, events['a']!), NEVER),
      concat(of(events['e']!), NEVER),
    ]) {
      const client = createClient({ baseURL, scheduler, transport: fakeTransport(exchange).transport });

      const subscription = client.chat(chatRequest, { deadlines: { total: 1e6 } }).subscribe();
      expect(scheduler.waiting).toBeGreaterThan(0);
      subscription.unsubscribe();

      expect(scheduler.waiting).toBe(0);
    }
  });

  it('are overridden one by one for a request', () => {
    runTimed(({ expectObservable }, createTimed) => {
      const client = createTimed({
        transport: fakeTransport(NEVER).transport,
        deadlines: { headers: 9, firstChunk: 5 },
      });

      const shorter = client.chat(chatRequest, { deadlines: { headers: 3 } });
      const none = client.chat(chatRequest, { deadlines: { headers: Infinity, firstChunk: undefined } });

      expectObservable(shorter).toBe('---#', {}, passed('headers'));
      expectObservable(none).toBe('-----#', {}, passed('firstChunk'));
    });
  });

  it.each<[keyof Deadlines, string, string, string]>([
    ['headers', '------', '^----!', '-----#'],
    ['firstChunk', '-h----', '^----!', '-----#'],
    ['total', '-h-t----', '^----!', '-----#'],
  ])('apply to models(): %s', (deadline, answer, answerSubs, expected) => {
    runTimed(({ cold, expectObservable, expectSubscriptions }, createTimed) => {
      const exchange = cold(answer, events);
      const client = createTimed({ transport: fakeTransport(exchange).transport, deadlines: { [deadline]: 5 } });

      expectObservable(client.models()).toBe(expected, {}, passed(deadline));
      expectSubscriptions(exchange.subscriptions).toBe(answerSubs);
    });
  });
});
