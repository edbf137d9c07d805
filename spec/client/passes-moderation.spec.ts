import { type Observable, of } from 'rxjs';
import {
  ApiError,
  type Client,
  createClient,
  moderated,
  type ModerationsAnswer,
  type ModerationsRequest,
  passesModeration,
  retryTransient,
  textDeltas,
} from '../../src/index.js';
import { fakeClient } from '../../src/testing/index.js';
import { useLocalServer } from '../local/local-server.js';
import { closeServers, type ServedExchange, startServer } from '../support/loopback.js';
import { observe } from '../support/observe.js';

const result = (flagged: boolean): ModerationsAnswer['results'][number] => ({
  flagged,
  categories: {},
  category_scores: {},
});

/** A client that only moderates, and the requests that it gets. */
function answering(...results: ModerationsAnswer['results']): {
  readonly client: Pick<Client, 'moderations'>;
  readonly requests: readonly ModerationsRequest[];
} {
  const requests: ModerationsRequest[] = [];
  const moderations: Client['moderations'] = (request) => {
    requests.push(request);
    return of({ results });
  };
  return { client: { moderations }, requests };
}

function reply(exchange: ServedExchange, status: number, answer: object = {}): void {
  exchange.head(status, { 'content-type': 'application/json' });
  exchange.end(JSON.stringify(answer));
}

describe('passesModeration', () => {
  const url = useLocalServer();
  afterEach(closeServers);

  const moderate = (content: string): Observable<string> => {
    const client = createClient({ baseURL: url() });
    const answer = client.chat({ model: 'echo', messages: [{ role: 'user', content }] });
    return answer.pipe(textDeltas(), moderated(passesModeration(client)));
  };

  it('lets an answer through that the server does not flag', async () => {
    const seen = observe(moderate('Good morning. How are you? Fine'));

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toEqual(['Good morning. ', 'How are you? ', 'Fine']);
  });

  it('stops an answer before the sentence that the server flags', async () => {
    const seen = observe(moderate('Good morning. You idiot! How are you?'));

    expect(await seen.ended).toMatchObject({ name: 'OutputError', code: 'moderation', partial: 'Good morning. ' });
    expect(seen.values).toEqual(['Good morning. ']);
  });

  it.each([
    ['one that is not flagged', [result(false)], true],
    ['one that is flagged', [result(true)], false],
    ['several of which one is flagged', [result(false), result(true)], false],
    ['none', [], false],
  ])('tells of results: %s', (_what, results, expected) => {
    expect(observe(passesModeration(answering(...results).client)('Hi')).values).toEqual([expected]);
  });

  it.each([
    [{}, { input: 'Hi' }],
    [{ model: 'omni-moderation-latest' }, { input: 'Hi', model: 'omni-moderation-latest' }],
    [{ model: undefined }, { input: 'Hi' }],
  ])('asks with %j for %j', (config, request) => {
    const { client, requests } = answering(result(false));

    observe(passesModeration(client, config)('Hi'));

    expect(requests).toEqual([request]);
    expect(Object.keys(requests[0]!)).toEqual(Object.keys(request));
  });

  it('gives its error to the stream, without a retry of its own', async () => {
    const server = await startServer();
    const client = createClient({ baseURL: `${server.url}/v1` });
    const seen = observe(of('Hi').pipe(moderated(passesModeration(client))));
    reply(await server.next(), 503);

    expect(await seen.ended).toBeInstanceOf(ApiError);
    expect(seen.values).toEqual([]);
    expect(server.requests).toBe(1);
  });

  it('is retried where the caller asks for it', async () => {
    const server = await startServer();
    const passes = passesModeration(createClient({ baseURL: `${server.url}/v1` }));
    const check = (text: string): ReturnType<typeof passes> => passes(text).pipe(retryTransient({ initialDelay: 0 }));
    const seen = observe(of('Hi').pipe(moderated(check)));
    reply(await server.next(), 503);
    reply(await server.next(), 200, { results: [result(false)] });

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toEqual(['Hi']);
  });

  it('aborts its requests when the stream is unsubscribed', async () => {
    const server = await startServer();
    const client = createClient({ baseURL: `${server.url}/v1` });
    const seen = observe(of('Hi').pipe(moderated(passesModeration(client))));
    const exchange = await server.next();

    seen.unsubscribe();

    expect(await exchange.over).toBe('cut');
  });

  it.each<[string, unknown, object, string]>([
    ['nothing', undefined, {}, 'client must be a client'],
    ['an object without moderations', {}, {}, 'client.moderations must be a function'],
    ['a model that is a number', fakeClient(of()), { model: 4 }, 'model must be a string'],
    ['a configuration that is a text', fakeClient(of()), 'omni' as never, 'must be an object'],
  ])('throws a TypeError at the call for %s', (_what, client, config, message) => {
    expect(() => passesModeration(client as Client, config)).toThrow(TypeError);
    expect(() => passesModeration(client as Client, config)).toThrow(message);
  });
});
