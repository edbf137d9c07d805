import { concat, map, of, take, toArray, lastValueFrom } from 'rxjs';
import { ApiError, createClient, type Model, ProtocolError, StreamError } from '../../src/index.js';
import { answer, type AnswerConfig, fakeTransport } from '../support/answers.js';
import { observe, type Observed } from '../support/observe.js';
import { head } from '../support/transport-events.js';
import { watchScheduler } from '../support/watch-scheduler.js';

const baseURL = 'http://server.test/v1';
const list = { object: 'list', data: [{ id: 'small', object: 'model', created: 1, owned_by: 'us' }, { id: 'große' }] };

function models(body: string, config?: AnswerConfig): Observed<Model> {
  return observe(createClient({ baseURL, transport: fakeTransport(answer(body, config)).transport }).models());
}

describe('models()', () => {
  it('sends the headers of the client', () => {
    const { transport, requests } = fakeTransport(answer('[]'));
    const config = { apiKey: 'key-1', headers: { 'x-mine': 'yes' }, query: { 'api-version': '1' } };

    createClient({ baseURL, transport, ...config })
      .models({ headers: { 'x-other': 'yes' } })
      .subscribe();

    expect(requests).toEqual([
      {
        operation: 'models',
        method: 'GET',
        url: `${baseURL}/models?api-version=1`,
        headers: { accept: 'application/json', authorization: 'Bearer key-1', 'x-mine': 'yes', 'x-other': 'yes' },
        redirects: 'refuse',
        context: {},
      },
    ]);
  });

  it('sends nothing before it is subscribed, and once for each subscription', async () => {
    const { transport, requests } = fakeTransport(answer('[]'));
    const source = createClient({ baseURL, transport }).models();
    expect(requests).toHaveLength(0);

    await observe(source).ended;
    await observe(source).ended;

    expect(requests).toHaveLength(2);
  });

  it.each([
    ['a list', JSON.stringify(list)],
    ['a bare list', JSON.stringify(list.data)],
    ['a list after white space', ` \n${JSON.stringify(list, null, 2)}\n`],
  ])('emits each model of %s, unknown fields included', async (_what, body) => {
    const seen = models(body);

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toEqual(list.data);
  });

  it('joins a body that arrives byte by byte', async () => {
    const bytes = [...new TextEncoder().encode(JSON.stringify(list))];
    const exchange = concat(
      of(head()),
      of(...bytes).pipe(map((byte) => ({ type: 'data' as const, bytes: Uint8Array.of(byte) }))),
    );

    const found = await lastValueFrom(
      createClient({ baseURL, transport: fakeTransport(exchange).transport })
        .models()
        .pipe(toArray()),
    );

    expect(found).toEqual(list.data);
  });

  it.each(['[]', '{"data":[]}', '{"object":"list","data":null}'])('completes without a value for %s', async (body) => {
    const seen = models(body);

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toEqual([]);
  });

  it.each([
    ['a web page', '<html>secret-page</html>'],
    ['nothing', ''],
    ['broken JSON', '{"data":["secret-page"'],
    ['another object', '{"secret-page":1}'],
    ['a text', '"secret-page"'],
    ['null', 'null'],
    ['models without id', '{"data":[{"name":"secret-page"}]}'],
  ])('errors with ProtocolError for %s, and shows nothing of it', async (_what, body) => {
    const seen = models(body, { headers: { 'x-request-id': 'r-1' } });

    const error = await seen.ended;
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ kind: 'parse', requestId: 'r-1' });
    expect((error as Error).message).toContain('baseURL');
    expect((error as Error).message).not.toContain('secret-page');
  });

  it('errors with an error sent with status 200', async () => {
    const seen = models('{"error":{"message":"No access","code":"invalid_api_key"}}');

    expect(await seen.ended).toBeInstanceOf(StreamError);
    expect(await seen.ended).toMatchObject({ kind: 'authentication', message: 'No access' });
  });

  it('errors with ApiError for any other status', async () => {
    expect(await models('{"detail":"Not Found"}', { status: 404 }).ended).toBeInstanceOf(ApiError);
  });

  it('stops when it is unsubscribed', async () => {
    const scheduler = watchScheduler();
    const client = createClient({
      baseURL,
      scheduler,
      transport: fakeTransport(answer(JSON.stringify(list))).transport,
    });

    const seen = observe(client.models().pipe(take(1)));

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toEqual([list.data[0]]);
    expect(scheduler.waiting).toBe(0);
  });
});
