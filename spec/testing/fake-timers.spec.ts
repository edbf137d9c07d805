import { concatMap, delay, from, lastValueFrom, NEVER, of } from 'rxjs';
import { createClient, retryTransient, smoothText, textDeltas, throttleRender, toText } from '../../src/index.js';
import { createClient as createNodeClient } from '../../src/index.node.js';
import { chunksOf, fakeClient, fakeTransport } from '../../src/testing/index.js';
import { chatRequest, hello } from '../support/answers.js';
import { closeServers, startServer } from '../support/loopback.js';

type Fakes = Parameters<typeof fakeTransport>[0];

function clientOf(answers: Fakes, firstChunk = Infinity): ReturnType<typeof createClient> {
  return createClient({
    baseURL: 'http://server.test/v1',
    transport: fakeTransport(answers),
    deadlines: { firstChunk },
  });
}

describe("a test with jest's fake timers", () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.runAllTicks();
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  it('moves a retry by its clock', () => {
    const texts: string[] = [];
    const busy = { status: 429, headers: { 'retry-after': '2' } };
    clientOf([busy, { body: from(chunksOf('Hi')) }])
      .chat(chatRequest)
      .pipe(textDeltas(), retryTransient())
      .subscribe((text) => texts.push(text));

    jest.advanceTimersByTime(1_999);
    expect(texts).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(texts).toEqual(['Hi']);
  });

  it('moves a deadline by its clock', () => {
    let failure: unknown;
    clientOf({ body: NEVER }, 5_000)
      .chat(chatRequest)
      .subscribe({ error: (error: unknown) => (failure = error) });

    jest.advanceTimersByTime(4_999);
    expect(failure).toBeUndefined();
    jest.advanceTimersByTime(1);
    expect(failure).toMatchObject({ name: 'DeadlineError', deadline: 'firstChunk' });
  });

  it('moves the pauses of a screen by its clock', () => {
    const seen: unknown[] = [];
    from([1, 2, 3])
      .pipe(
        concatMap((value) => of(value).pipe(delay(5))),
        throttleRender(),
      )
      .subscribe((value) => seen.push(value));
    of('one two three ')
      .pipe(smoothText())
      .subscribe({ complete: () => seen.push('typed') });

    jest.advanceTimersByTime(1_000);
    expect(seen).toEqual([1, 3, 'typed']);
  });

  it('can await an answer of a fake client', async () => {
    expect(await lastValueFrom(fakeClient('Hello').chat(chatRequest).pipe(textDeltas(), toText()))).toBe('Hello');
  });

  it('can await an answer of a server', async () => {
    jest.useRealTimers();
    const { url } = await startServer({
      answer: (served) => {
        served.head(200, { 'content-type': 'text/event-stream' });
        served.end(hello);
      },
    });
    jest.useFakeTimers();
    const text = createNodeClient({ baseURL: `${url}/v1` })
      .chat(chatRequest)
      .pipe(textDeltas(), toText());

    expect(await lastValueFrom(text)).toBe('Hello');
    jest.clearAllTimers();
    jest.useRealTimers();
    await closeServers();
    jest.useFakeTimers();
  });
});
