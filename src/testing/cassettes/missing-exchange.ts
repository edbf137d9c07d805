import type { TransportRequest } from '../../transport/transport.js';
import type { CassetteExchange } from '../cassette.js';
import { compareRequests, describeRequest } from './compare-requests.js';
import { createSecrets } from './cassette-secrets.js';

/** More would not be read. */
const mostListed = 20;

/**
 * The error for a request that a cassette has no exchange for: it lists what there is, and why that is not it. No prompt
 * and no answer is in it, and it is none that a retry operator would try again.
 *
 * @param isUsed Whether an exchange was replayed before.
 */
export function missingExchange(
  request: TransportRequest,
  exchanges: readonly CassetteExchange[],
  isUsed: (exchange: CassetteExchange) => boolean,
): Error {
  const wanted = `The cassette has no exchange for ${describeRequest(request)}`;
  const lines = exchanges.slice(0, mostListed).map((exchange, index) => {
    const difference = compareRequests(exchange.request, request);
    const reasons = [
      ...(difference === undefined ? [] : [`differs in ${difference}`]),
      ...(isUsed(exchange) ? ['was replayed before'] : []),
    ];
    return `${index + 1}. ${describeRequest(exchange.request)}: ${reasons.join(', ')}`;
  });
  const more = exchanges.length > mostListed ? [`and ${exchanges.length - mostListed} more`] : [];
  const text = lines.length === 0 ? `${wanted}. It is empty.` : [`${wanted}. It has:`, ...lines, ...more].join('\n  ');
  // An address may hold a key.
  const secrets = createSecrets([]);
  secrets.learn(request);
  return new Error(secrets.removeFromText(text));
}
