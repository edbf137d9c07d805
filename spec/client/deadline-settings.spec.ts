import { concat, NEVER, of, VirtualTimeScheduler } from 'rxjs';
import { createClient, type Deadlines, DeadlineError } from '../../src/index.js';
import { chatRequest, fakeTransport } from '../support/answers.js';
import { events, none, passed, runTimed } from '../support/timed-client.js';
import { watchScheduler } from '../support/watch-scheduler.js';

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
