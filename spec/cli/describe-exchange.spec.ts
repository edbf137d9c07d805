import { describeExchange } from '../../src/cli/describe-exchange.js';
import type { LocalExchange } from '../../src/local/index.js';

const exchange: LocalExchange = {
  startedAt: new Date(2026, 0, 2, 3, 4, 5).getTime(),
  duration: 12.4,
  method: 'POST',
  path: '/v1/chat/completions',
  model: 'echo',
  status: 200,
  outcome: 'answered',
};

it.each<[string, Partial<LocalExchange>, string]>([
  ['answered', {}, '03:04:05 POST /v1/chat/completions echo 200 12 ms'],
  ['without a model', { method: 'GET', path: '/v1/models', model: undefined }, '03:04:05 GET /v1/models - 200 12 ms'],
  ['left', { outcome: 'aborted' }, '03:04:05 POST /v1/chat/completions echo 200 12 ms aborted'],
  ['left early', { outcome: 'aborted', status: undefined }, '03:04:05 POST /v1/chat/completions echo - 12 ms aborted'],
  ['broken off', { outcome: 'broken' }, '03:04:05 POST /v1/chat/completions echo 200 12 ms broken'],
  [
    'whose model would forge a line or steer the terminal',
    { model: 'a\n03:04:06 GET\u001b[2J\u202e' },
    '03:04:05 POST /v1/chat/completions a\\u{a}03:04:06\\u{20}GET\\u{1b}[2J\\u{202e} 200 12 ms',
  ],
  ['whose path is long', { path: `/${'x'.repeat(200)}` }, `03:04:05 POST /${'x'.repeat(99)}… echo 200 12 ms`],
  [
    'that shows the key',
    { path: '/v1/sk-secret', model: 'sk-secret' },
    '03:04:05 POST /v1/[redacted] [redacted] 200 12 ms',
  ],
])('is one line for an exchange %s', (_, fields, line) => {
  expect(describeExchange({ ...exchange, ...fields }, 'sk-secret')).toBe(line);
});
