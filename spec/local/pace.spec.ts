import { ServerResponse } from 'node:http';
import {
  concat,
  from,
  mergeMap,
  Observable,
  of,
  throwError,
  timer,
  VirtualTimeScheduler,
  type SchedulerAction,
  type Subscription,
} from 'rxjs';
import { startLocalServer, type LocalExchange } from '../../src/local/index.js';
import { createQueue } from '../support/queue.js';
import { chatBody, post, readEvents } from './local-server.js';

describe('the pace of a stream', () => {
  const body = chatBody('', { model: 'mine', stream: true });
  const failure = throwError(() => new Error('no idea'));
  const scheduler = new VirtualTimeScheduler();
  const after = (delay: number, ...pieces: string[]): Observable<string> =>
    timer(delay, scheduler).pipe(mergeMap(() => pieces));

  beforeEach(() => {
    scheduler.frame = 0;
  });

  /** Streams an answer, and returns what was sent after the role, each with the virtual time it was sent at. */
  async function timeline(tokensPerSecond: number, answer: Observable<string>): Promise<string[]> {
    const write = jest.spyOn(ServerResponse.prototype, 'write');
    const server = await startLocalServer({ tokensPerSecond, scheduler, models: { mine: () => answer } });
    const response = await post(`${server.url}/chat/completions`, body);
    const sent: string[] = [];
    for (let time = 0; time < 3000; time += 1) {
      scheduler.maxFrames = time;
      scheduler.flush();
      sent.push(...write.mock.calls.slice(sent.length).map(([frame]) => `${time} ${summarize(String(frame))}`));
    }
    write.mockRestore();
    await response.text();
    await server.close();
    return sent.slice(1);
  }

  function summarize(frame: string): string {
    return /"(?:content|finish_reason|message)":"(?<text>[^"]*)"/u.exec(frame)?.groups?.['text'] ?? frame.trim();
  }

  it.each<[string, number, Observable<string>, string[]]>([
    ['spreads pieces that come at once', 40, of('a', 'b', 'c'), ['0 a', '25 b', '50 c', '75 stop']],
    [
      'sends a late piece at once, and the next one after a pause',
      100,
      concat(of('a', 'b'), after(110, 'c', 'd'), after(50)),
      ['0 a', '10 b', '110 c', '120 d', '160 stop'],
    ],
    [
      'adds no pause where the model is slower',
      10,
      concat(of('a'), after(100, 'b'), after(2001, 'c'), after(10)),
      ['0 a', '100 b', '2101 c', '2201 stop'],
    ],
    [
      'does not hurry after a pause of the model',
      40,
      concat(of('a'), after(2001, 'b', 'c')),
      ['0 a', '2001 b', '2026 c', '2051 stop'],
    ],
  ])('%s', async (_, tokensPerSecond, answer, expected) => {
    const end = expected.at(-1)!.split(' ', 1)[0]!;

    expect(await timeline(tokensPerSecond, answer)).toEqual([...expected, `${end} data: [DONE]`]);
  });

  it('sends the pieces before an error first', async () => {
    expect(await timeline(40, concat(of('a', 'b'), failure))).toEqual([
      '0 a',
      '25 b',
      "50 The model 'mine' failed: no idea",
    ]);
  });

  it('makes up for timers that fire late', async () => {
    class LateScheduler extends VirtualTimeScheduler {
      override schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
        return super.schedule(work, delay + 4, state);
      }
    }
    const late = new LateScheduler();
    const exchanges = createQueue<LocalExchange>();
    const server = await startLocalServer({
      tokensPerSecond: 1000,
      scheduler: late,
      models: { mine: () => from('a'.repeat(2000)) },
      onExchange: exchanges.put,
    });
    const reading = post(`${server.url}/chat/completions`, body).then(readEvents);
    const turn = (): Promise<undefined> => new Promise((resolve) => setImmediate(() => resolve(undefined)));
    let answer: Awaited<typeof reading> | undefined;
    while (answer === undefined) {
      late.flush();
      answer = await Promise.race([reading, turn()]);
    }
    const { duration } = await exchanges.take();
    await server.close();

    expect(answer.objects).toHaveLength(2002);
    expect(duration).toBeGreaterThanOrEqual(2000);
    expect(duration).toBeLessThan(2010);
  });

  it('leaves no timer when the client disconnects', async () => {
    const exchanges = createQueue<LocalExchange>();
    const stopped = jest.fn();
    const endless = new Observable<string>((subscriber) => {
      subscriber.next('a');
      subscriber.next('b');
      return stopped;
    });
    const server = await startLocalServer({ scheduler, models: { mine: () => endless }, onExchange: exchanges.put });
    const response = await post(`${server.url}/chat/completions`, body);
    const waiting = scheduler.actions.length;
    await response.body?.cancel();

    expect(waiting).toBe(1);
    expect(await exchanges.take()).toMatchObject({ outcome: 'aborted' });
    expect(scheduler.actions).toEqual([]);
    expect(stopped).toHaveBeenCalledTimes(1);
    await server.close();
  });

  it('sets no timers when it is 0', async () => {
    const timeless = {
      now: () => 0,
      schedule: () => {
        throw new Error('no timers');
      },
    };
    const server = await startLocalServer({
      tokensPerSecond: 0,
      scheduler: timeless,
      models: { mine: () => from('a'.repeat(1000)) },
    });
    const { objects, last } = await readEvents(await post(`${server.url}/chat/completions`, body));
    await server.close();

    expect(objects).toHaveLength(1002);
    expect(last).toBe('[DONE]');
  });
});
