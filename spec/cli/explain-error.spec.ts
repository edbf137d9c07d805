import {
  ApiError,
  ConnectionError,
  DeadlineError,
  type ErrorKind,
  LimitError,
  ProtocolError,
  RateLimitError,
  StreamError,
} from '../../src/index.js';
import { explainError } from '../../src/cli/explain-error.js';

const refusal = (kind: ErrorKind, message: string, retryAfter?: number): ApiError =>
  new ApiError(message, { kind, status: Number(message.split(' ', 1)), retryable: false, retryAfter });

it.each([
  [
    'a refused key',
    refusal('authentication', '401 Incorrect API key.'),
    '401 Incorrect API key. Check --key or OPENAI_API_KEY; the latter is sent only to OpenAI and to the server that OPENAI_BASE_URL names.',
  ],
  [
    'a key without permission',
    refusal('permission', '403 You may not use this model'),
    '403 You may not use this model. Choose another --model, or use a key that may use this one.',
  ],
  [
    'an address where nothing is',
    refusal('not_found', '404 Not Found'),
    '404 Not Found. Check --model and the base URL.',
  ],
  [
    'a request that the server does not take',
    refusal('invalid_request', '400 The prompt is too long'),
    '400 The prompt is too long. Check the prompt and the options.',
  ],
  [
    'a used-up quota',
    refusal('quota', '429 You exceeded your current quota'),
    '429 You exceeded your current quota. Check the plan and the bills of the account.',
  ],
  [
    'a rate limit with its pause',
    new RateLimitError('429 Slow down', { status: 429, retryable: true, retryAfter: 1500 }),
    '429 Slow down. Wait 2 s, then try again.',
  ],
  [
    'a rate limit without one',
    new RateLimitError('429 Slow down', { status: 429, retryable: true }),
    '429 Slow down. Try again in a while.',
  ],
  ['a server error', refusal('server', '500 Oops'), '500 Oops. Try again in a while.'],
  ['a busy server', refusal('overloaded', '529 Busy', 60_000), '529 Busy. Wait 60 s, then try again.'],
  [
    'no answer',
    new ConnectionError('No answer from http://localhost:9 (ECONNREFUSED)'),
    'No answer from http://localhost:9 (ECONNREFUSED). Check that the server is running and the base URL is right.',
  ],
  [
    'a silent server',
    new DeadlineError('idle', 300_000),
    'The stream fell silent for 300000 ms. Try again, or wait longer with --timeout.',
  ],
  [
    'a web page',
    new ProtocolError('The server answered with a web page instead of an event stream; check baseURL and the endpoint'),
    'The server answered with a web page instead of an event stream. Check the base URL; most end in /v1.',
  ],
  [
    'too much',
    new LimitError('eventBytes', 16_777_216),
    'The stream exceeded eventBytes (16777216). This is more than a model should send.',
  ],
  [
    'an error inside the stream',
    new StreamError('Try "small"; or wait', { kind: 'provider', retryable: true }),
    'Try "small"; or wait. Try again in a while.',
  ],
  [
    'a message of several lines that would steer a terminal',
    refusal('server', '500 Oops:\r\n\tone\u001b[2J\u0007\u009b31m two\n'),
    '500 Oops: one two. Try again in a while.',
  ],
  ['what nobody expected', new TypeError('x is not a function'), 'x is not a function.'],
  ['something else than an error', 'Oops', 'Oops.'],
])('explains %s', (_, error, line) => {
  expect(explainError(error)).toBe(line);
});
