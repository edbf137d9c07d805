import { EMPTY, from, lastValueFrom, throwError } from 'rxjs';
import { createClient } from '../../src/client/create-client.js';
import { toText } from '../../src/operators/to-text.js';
import { textDeltas } from '../../src/operators/text-deltas.js';
import { fallback } from '../../src/operators/fallback.js';
import { isLlmError, type LlmError } from '../../src/errors/llm-error.js';
import { accumulateView } from '../../src/views/accumulate-view.js';
import type { Turn } from '../../src/views/conversation.js';
import { converse } from '../../src/views/converse.js';
import { answer, chatRequest, eventStream, fakeTransport, textChunk } from '../support/answers.js';
import { head } from '../support/transport-events.js';

const key = 'sk-secret-of-the-caller';
const config = { baseURL: 'http://server.test/v1', apiKey: key };

async function failureOf(chunks: Promise<unknown>): Promise<LlmError> {
  const error: unknown = await chunks.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isLlmError(error)) {
    throw new Error('It did not fail with an error of the package');
  }
  return error;
}

/** A refusal that repeats the key. */
const refused = {
  ...config,
  transport: fakeTransport(
    answer(JSON.stringify({ error: { message: `No model for ${key}`, code: 'model_not_found', type: key } }), {
      status: 404,
      headers: { 'content-type': 'application/json', 'x-request-id': 'r-1' },
    }),
  ).transport,
};
const refusedFields = {
  name: 'ApiError',
  kind: 'not_found',
  message: expect.stringContaining('No model for') as unknown,
  status: 404,
  code: 'model_not_found',
  requestId: 'r-1',
  retryable: false,
};

describe('a saved error', () => {
  it('keeps its name, message and fields in JSON, without the key', async () => {
    const error = await failureOf(lastValueFrom(createClient(refused).chat(chatRequest)));
    const saved = JSON.stringify({ turns: [{ error }] });

    expect(JSON.parse(saved)).toMatchObject({ turns: [{ error: refusedFields }] });
    expect(saved).not.toContain(key);
  });

  it('leaves out what arrived of the answer, the cause and the stack', async () => {
    const broken = fakeTransport(answer(eventStream(textChunk('private reply')))).transport;
    const text = createClient({ ...config, transport: broken })
      .chat(chatRequest)
      .pipe(textDeltas(), toText());
    const error = await failureOf(lastValueFrom(text));

    expect(error.partial).toBe('private reply');
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'StreamError',
      kind: 'truncated',
      message: expect.stringContaining('ended early') as unknown,
      retryable: true,
    });
  });

  it('keeps the errors of all sources', async () => {
    const lost = throwError(() => Object.assign(new TypeError('fetch failed'), { code: 'ENOTFOUND' }));
    const chunks = fallback([
      createClient({ ...config, transport: () => lost }).chat(chatRequest),
      createClient(refused).chat(chatRequest),
    ]);
    const error = await failureOf(lastValueFrom(chunks));

    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      ...refusedFields,
      errors: [{ name: 'TypeError', message: 'fetch failed', code: 'ENOTFOUND' }, refusedFields],
    });
  });

  it.each<[string, unknown, object]>([
    ['of a callback', new TypeError('No such card'), { name: 'TypeError', message: 'No such card' }],
    ['with fields', Object.assign(new Error('Lost'), { code: 7 }), { name: 'Error', message: 'Lost', code: 7 }],
    ['of the platform', new DOMException('Stopped', 'AbortError'), { name: 'AbortError', message: 'Stopped' }],
    ['that says what JSON keeps', { message: 'Full', toJSON: () => ({ message: 'short' }) }, { message: 'short' }],
  ])('keeps name and message in a view and its conversation if it is one %s', async (_which, thrown, fields) => {
    const failing = throwError(() => thrown);
    const view = await lastValueFrom(failing.pipe(accumulateView()));
    const saved = JSON.parse(JSON.stringify([{ id: '1', prompt: 'Hi', reply: view }])) as Turn[];

    expect(view.error).toBe(thrown);
    expect(saved[0]?.reply).toEqual({ ...view, message: saved[0]?.reply.message, error: fields });
    const restored = EMPTY.pipe(converse(createClient(refused), { request: { model: 'gpt-4o-mini' }, turns: saved }));
    expect((await lastValueFrom(restored)).last?.error).toEqual(fields);
  });

  it('can be cloned and posted as what toJSON returns', async () => {
    const error = await failureOf(lastValueFrom(createClient(refused).chat(chatRequest)));

    expect(structuredClone(error.toJSON())).toMatchObject(refusedFields);
    expect(structuredClone(error).message).toBe(error.message);
  });

  it('keeps the rate limits and the pause that the server asked for', async () => {
    const busy = from([head(429, { 'retry-after': '2', 'x-ratelimit-remaining-requests': '0' })]);
    const error = await failureOf(
      lastValueFrom(createClient({ ...config, transport: fakeTransport(busy).transport }).chat(chatRequest)),
    );

    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ name: 'RateLimitError', retryAfter: 2000, status: 429 });
  });
});
