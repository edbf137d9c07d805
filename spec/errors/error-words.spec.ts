import { createClient, type ErrorKind, isLlmError, type LlmError } from '../../src/index.js';
import { answer, chatRequest, eventStream, fakeTransport, textChunk } from '../support/answers.js';
import { failureOf } from '../support/observe.js';

/** What a word means inside a stream, and next to the statuses with which servers send it. */
interface Meaning {
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  readonly overHttp: readonly (readonly [status: number, kind: ErrorKind, retryable: boolean])[];
  /** As servers spell them. */
  readonly words: readonly string[];
}

const meanings: readonly Meaning[] = [
  {
    kind: 'quota',
    retryable: false,
    overHttp: [
      [429, 'quota', false],
      [403, 'quota', false],
      [500, 'quota', false],
    ],
    words: [
      'insufficient_quota',
      'credit_balance_exhausted',
      'organization_spend_limit_exceeded',
      'project_spend_limit_exceeded',
      'organization_usage_limit_exceeded',
      'enforced_spend_limit_reached',
      'billing_hard_limit_reached',
      'billing_not_active',
      'billing_error',
      'exceeded_current_quota_error',
      '1113',
      'INSUFFICIENT_BALANCE',
      'insufficient_balance_error',
      'insufficient_credits',
      'insufficient_user_quota',
      'credit_balance_too_low',
      'credits_exhausted',
      'payment_required',
      'Arrearage',
      'PrepaidBillOverdue',
      'PostpaidBillOverdue',
      'AllocationQuota.FreeTierOnly',
      'AccountOverdueError',
      'usage_limit_reached',
      'usage_not_included',
    ],
  },
  {
    kind: 'rate_limit',
    retryable: true,
    overHttp: [
      [429, 'rate_limit', true],
      [503, 'overloaded', true],
    ],
    words: [
      'rate_limit_exceeded',
      'rate_limit_error',
      'RateLimitReached',
      'rate_limit_reached_error',
      'rate_limit',
      'RESOURCE_EXHAUSTED',
      'too_many_requests',
      'slow_down',
      'requests',
      'tokens',
    ],
  },
  {
    kind: 'overloaded',
    retryable: true,
    overHttp: [
      [429, 'overloaded', true],
      [500, 'overloaded', true],
      [503, 'overloaded', true],
      [529, 'overloaded', true],
    ],
    words: ['overloaded', 'overloaded_error', 'engine_overloaded', 'engine_overloaded_error', 'server_is_overloaded'],
  },
  {
    kind: 'server',
    retryable: true,
    overHttp: [
      [500, 'server', true],
      [503, 'server', true],
    ],
    words: [
      'server_error',
      'api_error',
      'internal_error',
      'internal_server_error',
      'INTERNAL',
      'UNAVAILABLE',
      'service_unavailable',
      'service_unavailable_error',
      'bad_gateway',
    ],
  },
  {
    kind: 'authentication',
    retryable: false,
    overHttp: [[401, 'authentication', false]],
    words: ['invalid_api_key', 'authentication_error', 'UNAUTHENTICATED', 'unauthorized'],
  },
  {
    kind: 'permission',
    retryable: false,
    overHttp: [[403, 'permission', false]],
    words: ['permission_error', 'PERMISSION_DENIED', 'forbidden'],
  },
  {
    kind: 'not_found',
    retryable: false,
    overHttp: [[404, 'not_found', false]],
    words: ['not_found_error', 'NOT_FOUND', 'model_not_found', 'DeploymentNotFound'],
  },
  {
    kind: 'timeout',
    retryable: true,
    overHttp: [
      [408, 'timeout', true],
      [504, 'server', true],
    ],
    words: ['timeout', 'timeout_error', 'request_timeout', 'DEADLINE_EXCEEDED'],
  },
  {
    kind: 'conflict',
    retryable: true,
    overHttp: [[409, 'conflict', true]],
    words: ['conflict', 'ABORTED'],
  },
  {
    kind: 'invalid_request',
    retryable: false,
    overHttp: [
      [400, 'invalid_request', false],
      [422, 'invalid_request', false],
    ],
    words: [
      'invalid_request_error',
      'invalid_request',
      'invalid-argument',
      'invalid_prompt',
      'bad_request',
      'BadRequestError',
      'request_too_large',
      'unsupported_parameter',
      'content_filter',
    ],
  },
  {
    kind: 'invalid_request',
    retryable: false,
    overHttp: [
      [400, 'invalid_request', false],
      [500, 'invalid_request', false],
    ],
    words: ['context_length_exceeded', 'exceed_context_size_error'],
  },
  {
    kind: 'provider',
    retryable: true,
    overHttp: [
      [400, 'invalid_request', false],
      [429, 'rate_limit', true],
      [500, 'server', true],
    ],
    words: ['unheard_of', '0', 'constructor', '__proto__', `${' '.repeat(100)}forbidden`],
  },
];

const words = meanings.flatMap((meaning) => meaning.words.map((word) => ({ ...meaning, word })));

async function failureWith(body: string, config?: Parameters<typeof answer>[1]): Promise<LlmError> {
  const { transport } = fakeTransport(answer(body, config));
  const client = createClient({ baseURL: 'http://server.test/v1', transport });
  const error = await failureOf(client.chat(chatRequest));
  if (!isLlmError(error)) {
    throw error;
  }
  return error;
}

describe('the word that an error is named by', () => {
  it.each(words)('is told inside a stream from its code or type: $word is $kind', async ({ word, kind, retryable }) => {
    const frames = [
      { error: { message: 'no', code: word } },
      { error: { message: 'no', type: word } },
      { error: { message: 'no', type: word, code: null } },
      { error: { message: 'no', type: word, code: 'unheard_of' } },
      { error: { message: 'no', type: 'unheard_of', code: word } },
      { object: 'error', message: 'no', code: word },
      { type: 'error', error: { message: 'no', type: word } },
    ];
    for (const frame of frames) {
      for (const before of [[], [textChunk('Hel')]]) {
        const error = await failureWith(eventStream(...before, frame));

        expect({ frame, ...shown(error) }).toEqual({ frame, name: 'StreamError', kind, retryable });
      }
    }
  });

  it.each(words)('is told from the body of a refusal: $word', async ({ word, overHttp }) => {
    for (const [status, kind, retryable] of overHttp) {
      for (const error of [{ code: word }, { type: word }, { type: word, code: null }, { type: 'no', code: word }]) {
        const failure = await failureWith(JSON.stringify({ error: { message: 'no', ...error } }), { status });

        expect({ status, error, ...shown(failure) }).toEqual({
          status,
          error,
          name: kind === 'rate_limit' ? 'RateLimitError' : 'ApiError',
          kind,
          retryable,
        });
      }
    }
  });

  it('counts as a quota where code and type disagree, and else as its code says', async () => {
    const kindOf = async (error: object): Promise<ErrorKind> => (await failureWith(eventStream({ error }))).kind;

    expect(await kindOf({ code: 'rate_limit_exceeded', type: 'insufficient_quota' })).toBe('quota');
    expect(await kindOf({ code: 'insufficient_quota', type: 'rate_limit_error' })).toBe('quota');
    expect(await kindOf({ code: 'invalid_api_key', type: 'invalid_request_error' })).toBe('authentication');
    expect(await kindOf({ code: 'server_is_overloaded', type: 'service_unavailable_error' })).toBe('overloaded');
  });
});

function shown({ name, kind, retryable }: LlmError): object {
  return { name, kind, retryable };
}
