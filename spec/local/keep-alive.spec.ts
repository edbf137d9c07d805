import {
  concat,
  defer,
  lastValueFrom,
  mergeMap,
  NEVER,
  of,
  Subject,
  throwError,
  timer,
  VirtualTimeScheduler,
  type Observable,
} from 'rxjs';
import { createClient, textDeltas, toText } from '../../src/index.js';
import { startLocalServer, type LocalExchange } from '../../src/local/index.js';
import { createQueue } from '../support/queue.js';
import { chatBody, post, useLocalServer } from './local-server.js';
import { ask, readResponseEvents } from './response-stream.js';

const body = chatBody('', { model: 'slow', stream: true });

describe('keep-alive comments', () => {
  const scheduler = new VirtualTimeScheduler();
  const after = (delay: number, ...pieces: string[]): Observable<string> =>
    timer(delay, scheduler).pipe(mergeMap(() => pieces));

  /** Streams an answer for a virtual second, with comments after 3 ms of silence, and returns the names of its frames. */
  async function framesOf(answer: Observable<string>): Promise<string[]> {
    const exchanges = createQueue<LocalExchange>();
    const subscribed = createQueue<string>();
    const slow = (): Observable<string> =>
      defer(() => {
        subscribed.put('subscribed');
        return answer;
      });
    const server = await startLocalServer({
      tokensPerSecond: 0,
      keepAlive: 3,
      scheduler,
      models: { slow },
      onExchange: exchanges.put,
    });
    const asked = post(`${server.url}/chat/completions`, body);
    await subscribed.take();
    scheduler.maxFrames = scheduler.frame + 1000;
    scheduler.flush();
    const frames = (await (await asked).text()).split('\n\n');
    expect(await exchanges.take()).toMatchObject({ outcome: 'answered' });
    await server.close();
    return frames.slice(0, -1).map(nameOf);
  }

  function nameOf(frame: string): string {
    return /"(?:role|content|finish_reason|message)":"(?<text>[^"]*)"/u.exec(frame)?.groups?.['text'] ?? frame;
  }

  it('are sent after each silence, also before the first piece', async () => {
    const answer = concat(after(4, 'a'), after(2, 'b'), after(8, 'a'), after(2));

    expect(await framesOf(answer)).toEqual([
      ': keep-alive',
      'assistant',
      'a',
      'b',
      ': keep-alive',
      ': keep-alive',
      'a',
      'stop',
      'data: [DONE]',
    ]);
  });

  it('are not sent between pieces that come in time', async () => {
    expect(await framesOf(concat(of('a'), after(2, 'b'), after(2, 'a', 'b')))).toEqual([
      'assistant',
      'a',
      'b',
      'a',
      'b',
      'stop',
      'data: [DONE]',
    ]);
  });

  it('end with an error, and leave no timer', async () => {
    const answer = concat(
      of('a'),
      after(4),
      throwError(() => ({ status: 503, message: 'Busy' })),
    );

    expect(await framesOf(answer)).toEqual(['assistant', 'a', ': keep-alive', 'Busy']);
    expect(scheduler.actions).toEqual([]);
  });

  it('go on until the client disconnects, and leave no timer', async () => {
    const exchanges = createQueue<LocalExchange>();
    const server = await startLocalServer({
      keepAlive: 3,
      scheduler,
      models: { slow: () => concat(of('a'), NEVER) },
      onExchange: exchanges.put,
    });
    const response = await post(`${server.url}/chat/completions`, body);
    scheduler.maxFrames = scheduler.frame + 3000;
    scheduler.flush();
    const waiting = scheduler.actions.length;
    const reader = response.body!.getReader();
    let text = '';
    while (text.split(': keep-alive\n\n').length <= 1000) {
      text += new TextDecoder().decode((await reader.read()).value);
    }
    await reader.cancel();

    expect(waiting).toBe(1);
    expect(await exchanges.take()).toMatchObject({ outcome: 'aborted' });
    expect(scheduler.actions).toEqual([]);
    await server.close();
  });
});

describe('a stream with keep-alive comments', () => {
  let words = new Subject<string>();
  const url = useLocalServer({ keepAlive: 10, models: { slow: () => words } });

  beforeEach(() => {
    words = new Subject();
  });

  it('is read by the client of rxllm, which skips them', async () => {
    const client = createClient({ baseURL: url() });
    const request = { model: 'slow', messages: [{ role: 'user' as const, content: '' }] };
    const answer = lastValueFrom(
      client
        .chat(request, {
          onResponse: () => {
            words.next('one');
            words.complete();
          },
        })
        .pipe(textDeltas(), toText()),
    );

    expect(await answer).toBe('one');
  });

  it('has status 200 even if the model fails after a comment, and ends with an error frame', async () => {
    const response = await post(`${url()}/chat/completions`, body);
    words.error({ status: 503, message: 'Busy' });
    const text = await response.text();

    expect(response.status).toBe(200);
    expect(text).toMatch(/^: keep-alive\n\n/u);
    expect(text).toContain('data: {"error":{"message":"Busy"');
    expect(text).not.toContain('[DONE]');
  });

  it('of a response tells by events of a model that fails after a comment', async () => {
    const response = await ask(url(), 'slow', { stream: true });
    words.error({ status: 503, message: 'Busy' });

    expect((await readResponseEvents(response)).map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'error',
      'response.failed',
    ]);
  });
});
