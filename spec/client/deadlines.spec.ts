import { NEVER } from 'rxjs';
import { type Deadlines, retryTransient, textDeltas } from '../../src/index.js';
import { chatRequest, fakeTransport } from '../support/answers.js';
import { head } from '../support/transport-events.js';
import { events, none, passed, runTimed, values } from '../support/timed-client.js';

interface Diagram {
  readonly answer: string;
  readonly answerSubs: string;
  readonly expected: string;
  readonly error?: unknown;
}

/** Expects the text of a chat answer, and when its exchange is ended. */
function expectDiagram({ answer, answerSubs, expected, error }: Diagram, deadlines: Deadlines): void {
  runTimed(({ cold, expectObservable, expectSubscriptions }, createTimed) => {
    const exchange = cold(answer, events);
    const client = createTimed({ transport: fakeTransport(exchange).transport, deadlines });

    expectObservable(client.chat(chatRequest).pipe(textDeltas())).toBe(expected, values, error);
    expectSubscriptions(exchange.subscriptions).toBe(answerSubs);
  });
}

describe('deadlines', () => {
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
