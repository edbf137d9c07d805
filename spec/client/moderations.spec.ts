import {
  type Client,
  createClient,
  type ModerationsAnswer,
  type ModerationsRequest,
  ProtocolError,
  StreamError,
} from '../../src/index.js';
import { answer, fakeTransport } from '../support/answers.js';
import { closeServers, startServer } from '../support/loopback.js';
import { observe, type Observed } from '../support/observe.js';
import { transports } from '../support/transports.js';

const baseURL = 'http://server.test/v1';
const result = {
  flagged: true,
  categories: { violence: true, illicit: null, 'self-harm/intent': false },
  category_scores: { violence: 0.9, 'self-harm/intent': 0.01 },
  category_applied_input_types: { violence: ['text'] },
};
const whole = { id: 'modr-1', model: 'small-1', results: [result], own: { kept: 1 } };

function moderate(document: unknown): Observed<ModerationsAnswer> {
  const body = typeof document === 'string' ? document : JSON.stringify(document);
  const { transport } = fakeTransport(answer(body, { headers: { 'x-request-id': 'r-1' } }));
  return observe(createClient({ baseURL, transport }).moderations({ input: 'Hi' }));
}

describe('moderations()', () => {
  afterEach(closeServers);

  describe.each(Object.entries(transports))('over %s', (_name, createTransport) => {
    const clientOf = (url: string): Client => createClient({ baseURL: `${url}/v1`, transport: createTransport() });

    it.each<[string, ModerationsRequest]>([
      ['a text', { input: 'Hi' }],
      ['texts and a model', { input: ['Hi', 'Ho'], model: 'small', own: true }],
      ['an image', { input: [{ type: 'image_url', image_url: { url: 'data:,' } }] }],
    ])('sends %s once for each subscription, and emits the answer', async (_what, request) => {
      const server = await startServer();
      const source = clientOf(server.url).moderations(request);
      const sent = { ...whole, results: [request.input].flat().map(() => result) };
      expect(server.requests).toBe(0);

      for (const requests of [1, 2]) {
        const seen = observe(source);
        const exchange = await server.next();
        exchange.head(200, { 'content-type': 'application/json' });
        exchange.end(JSON.stringify(sent));

        expect(await seen.ended).toBeUndefined();
        expect(seen.values).toEqual([sent]);
        expect(exchange).toMatchObject({ method: 'POST', path: '/v1/moderations' });
        expect(JSON.parse(exchange.body)).toEqual(request);
        expect(server.requests).toBe(requests);
      }
    });

    it('aborts its request when it is unsubscribed', async () => {
      const server = await startServer();
      const seen = observe(clientOf(server.url).moderations({ input: 'Hi' }));
      const exchange = await server.next();

      seen.unsubscribe();

      expect(await exchange.over).toBe('cut');
    });
  });

  it('tells interceptors what it is', () => {
    const { transport, requests } = fakeTransport(answer(JSON.stringify(whole)));

    observe(createClient({ baseURL, transport }).moderations({ input: 'Hi' }, { headers: { 'x-mine': 'yes' } }));

    expect(requests).toMatchObject([{ operation: 'moderations', headers: { 'x-mine': 'yes' } }]);
  });

  it('takes what is told beside the verdict for absent if it has another type than documented', async () => {
    const odd = { flagged: false, categories: 'none', category_scores: null, category_applied_input_types: 7, own: 1 };
    const seen = moderate({ id: 7, model: {}, results: [odd, { flagged: true }] });

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toEqual([
      {
        results: [
          { flagged: false, categories: {}, category_scores: {}, own: 1 },
          { flagged: true, categories: {}, category_scores: {} },
        ],
      },
    ]);
  });

  it.each([
    ['a web page', '<html>secret-page</html>'],
    ['nothing', ''],
    ['broken JSON', '{"results":["secret-page"'],
    ['another object', { 'secret-page': 1 }],
    ['results that are not a list', { results: result }],
    ['null for results', { results: null }],
    ['a result that is not an object', { results: [result, 'secret-page'] }],
    ['a result without a verdict', { results: [{ categories: { 'secret-page': true } }] }],
    ['a verdict that is not true or false', { results: [{ flagged: 'secret-page' }] }],
    ['a bare list', [result]],
    ['null', null],
  ])('errors with ProtocolError for %s, and shows nothing of it', async (_what, document) => {
    const error = await moderate(document).ended;

    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ kind: 'parse', retryable: false, requestId: 'r-1' });
    expect((error as Error).message).toMatch(/moderation results.*baseURL/u);
    expect((error as Error).message).not.toContain('secret-page');
  });

  it.each<[ModerationsRequest['input'], number, number]>([
    ['Hi', 0, 1],
    [['Hi', 'you'], 1, 2],
    [[{ type: 'text', text: 'Hi' }], 0, 1],
  ])('errors where %j gets %i of %i results', async (input, given, expected) => {
    const results = Array.from({ length: given }, () => result);
    const { transport } = fakeTransport(answer(JSON.stringify({ results })));
    const error = await observe(createClient({ baseURL, transport }).moderations({ input })).ended;

    expect(error).toBeInstanceOf(ProtocolError);
    expect((error as Error).message).toContain(`${given} moderation results for ${expected} inputs`);
  });

  it('takes one result for a text and its picture', async () => {
    const parts = [
      { type: 'text', text: 'Hi' },
      { type: 'image_url', image_url: { url: 'http://server.test/a.png' } },
    ] as const;
    const { transport } = fakeTransport(answer(JSON.stringify(whole)));

    expect(await observe(createClient({ baseURL, transport }).moderations({ input: parts })).ended).toBeUndefined();
  });

  it('errors with an error that was sent with status 200', async () => {
    const error = await moderate({ error: { message: 'No access', code: 'invalid_api_key' } }).ended;

    expect(error).toBeInstanceOf(StreamError);
    expect(error).toMatchObject({ kind: 'authentication', message: 'No access' });
  });
});
