import type { FaultExchange, Scenario } from './exchange.js';
import { answerOf, chunked, eventType, type Fields, headOf } from './wire.js';

/** Bodies of refusals, by name. */
const bodies: Readonly<Record<string, string>> = {
  plain: '{"error":{"message":"Refused"}}',
  quota: '{"error":{"message":"Used up","type":"insufficient_quota","code":"insufficient_quota"}}',
  'retry-delay': '{"error":{"message":"Refused","details":[{"retryDelay":"34.4s"}]}}',
  page: '<html><body>Bad gateway</body></html>',
  empty: '',
};

/** Converts path segments such as `name=value` to headers. */
function fieldsIn(parameters: readonly string[]): Fields {
  const pairs = parameters.filter((parameter) => parameter.includes('=')).map((parameter) => parameter.split('='));
  return Object.fromEntries(pairs.map(([name = '', ...value]) => [name, value.join('=')]));
}

function refuse({ parameters, end }: FaultExchange, status: number): void {
  const body = bodies[fieldsIn(parameters)['body'] ?? 'plain'] ?? '';
  const { body: _, ...fields } = fieldsIn(parameters);
  end(answerOf(status, { 'content-type': 'application/json', ...fields }, body));
}

const piece = Buffer.alloc(64 * 1024, 'no ');

/**
 * Answers with a status other than 200. Further parameters set headers or name a body: `retry-after=2`, `body=quota`.
 */
export const refusals: Readonly<Record<string, Scenario>> = {
  /** `/refuse/503`: this status for every request. */
  refuse: (exchange) => refuse(exchange, Number(exchange.parameters[0])),

  /** `/sequence/429,503,200`: one status after another, the last one repeated; 200 is the reference. */
  sequence: (exchange) => {
    const statuses = (exchange.parameters[0] ?? '').split(',').map(Number);
    const status = statuses[Math.min(exchange.attempt, statuses.length) - 1] ?? 500;
    if (status === 200) {
      exchange.end(answerOf(200, eventType, exchange.reference.bytes));
    } else {
      refuse(exchange, status);
    }
  },

  /** `/refuse-at-length/500/1024`: an error body of 1024 pieces of 64 KiB, or an endless one without the number. */
  'refuse-at-length': async (exchange) => {
    const [status, count] = exchange.parameters.map(Number);
    await exchange.send(headOf(status ?? 500, { 'transfer-encoding': 'chunked' }));
    for (let sent = 0; sent < (count ?? Infinity); sent += 1) {
      if (!(await exchange.send(chunked(piece)))) {
        return;
      }
    }
    exchange.end('0\r\n\r\n');
  },

  /** `/refuse-and-stall/500`: an error body that stalls. */
  'refuse-and-stall': async (exchange) => {
    const head = headOf(Number(exchange.parameters[0]), { 'transfer-encoding': 'chunked' });
    await exchange.send(head + chunked('{"error":{"mess').toString());
  },

  /** `/redirect/same`, `/redirect/other` or `/redirect/loop`: redirects to the reference there. */
  redirect: ({ parameters: [where], request, elsewhere, end }) => {
    const path = `${where === 'loop' ? request.scenario : '/whole'}${request.endpoint}`;
    end(answerOf(307, { location: where === 'other' ? elsewhere + path : path }, 'moved'));
  },
};
