import { concat, NEVER, of } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { ConnectionError, createClient, textDeltas } from '../../src/index.js';
import { answer, chatRequest, eventStream, fakeTransport, hello, textChunk } from '../support/answers.js';
import { observe } from '../support/observe.js';
import { data, head } from '../support/transport-events.js';
import { watchScheduler } from '../support/watch-scheduler.js';

const baseURL = 'http://server.test/v1';
const events = {
  h: head(),
  a: data(eventStream(textChunk('a'))),
  f: data(eventStream(textChunk('', 'stop'))),
  d: data('data: [DONE]\n\n'),
  x: data(eventStream(textChunk('late'))),
};
const lost = new ConnectionError('The connection was lost');

interface Diagram {
  readonly answer: string;
  readonly answerSubs: string;
  readonly unsubscribe?: string;
  readonly expected: string;
}

function expectDiagram({ answer, answerSubs, unsubscribe, expected }: Diagram): void {
  const scheduler = new TestScheduler((actual, wanted) => expect(actual).toEqual(wanted));
  scheduler.run(({ cold, expectObservable, expectSubscriptions }) => {
    const exchange = cold(answer, events, lost);
    const client = createClient({ baseURL, scheduler, transport: fakeTransport(exchange).transport });

    expectObservable(client.chat(chatRequest).pipe(textDeltas()), unsubscribe).toBe(expected, { a: 'a' }, lost);
    expectSubscriptions(exchange.subscriptions).toBe(answerSubs);
  });
}

describe('draining after completion', () => {
  it('completes at [DONE], and keeps reading so that the connection can be reused', () => {
    expectDiagram({
      answer: '    -h-afd---|',
      answerSubs: '^--------!',
      expected: '  ---a-|    ',
    });
  });

  it('ends an exchange that stays open 100 ms after [DONE]', () => {
    expectDiagram({
      answer: '    -h-afd-----------------',
      answerSubs: '^----- 99ms !          ',
      expected: '  ---a-|                 ',
    });
  });

  it('ends an exchange that keeps sending 100 ms after [DONE], emitting nothing', () => {
    expectDiagram({
      answer: '    -h-afd 50ms x 50ms x 50ms x',
      answerSubs: '^----- 99ms !              ',
      expected: '  ---a-|                     ',
    });
  });

  it('ignores a failure after [DONE]', () => {
    expectDiagram({
      answer: '    -h-afd--#',
      answerSubs: '^-------!',
      expected: '  ---a-|   ',
    });
  });

  it('waits for the end of a stream without [DONE]', () => {
    expectDiagram({
      answer: '    -h-af---|',
      answerSubs: '^-------!',
      expected: '  ---a----|',
    });
  });

  it('ends the exchange at once when it is unsubscribed, even if the answer is complete', () => {
    expectDiagram({
      answer: '     -h-af---d',
      answerSubs: ' ^----!   ',
      unsubscribe: '^----!   ',
      expected: '   ---a--   ',
    });
  });

  it('ends the exchange at once when the stream fails', async () => {
    const scheduler = watchScheduler();
    const exchange = concat(of(events.h, data('data: {"error":{"message":"no"}}\n\n')), NEVER);
    const client = createClient({ baseURL, scheduler, transport: fakeTransport(exchange).transport });

    const seen = observe(client.chat(chatRequest));

    expect(await seen.ended).toMatchObject({ name: 'StreamError' });
    expect(scheduler.waiting).toBe(0);
  });

  it.each([
    ['with [DONE]', hello],
    ['without one', hello.replace('data: [DONE]\n\n', '')],
  ])('leaves no timer after a complete answer %s', async (_how, body) => {
    const scheduler = watchScheduler();
    const client = createClient({ baseURL, scheduler, transport: fakeTransport(answer(body)).transport });

    const seen = observe(client.chat(chatRequest));

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toHaveLength(2);
    expect(scheduler.waiting).toBe(0);
  });
});
