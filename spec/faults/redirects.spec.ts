import { describeFaults, type FaultOutcome } from '../support/fault-table.js';
import { key } from '../support/secret-key.js';

const refused = { name: 'ProtocolError', kind: 'protocol', retryable: false };
const sameOrigin = { redirects: 'same-origin' } as const;

/** Expects that the key went to the configured origin, and that the other origin got no connection at all. */
function expectNothingElsewhere({ server, elsewhere }: FaultOutcome): void {
  expect(server.requests.map(({ headers }) => headers['authorization'])).toEqual(
    server.requests.map(() => `Bearer ${key}`),
  );
  expect([elsewhere.connections, elsewhere.requests]).toEqual([0, []]);
}

describe('redirects', () => {
  describeFaults(
    [
      { title: 'a redirect by default', scenario: '/redirect/same', error: refused },
      { title: 'a redirect to another origin by default', scenario: '/redirect/other', error: refused },
      {
        title: 'a redirect to the same origin that may be followed',
        scenario: '/redirect/same/followed',
        options: sameOrigin,
      },
      {
        title: 'a redirect to another origin when same-origin ones may be followed',
        scenario: '/redirect/other/refused',
        options: sameOrigin,
        error: refused,
      },
      { title: 'a redirect loop', scenario: '/redirect/loop', options: sameOrigin, error: refused, requests: 6 },
    ].map((fault) => ({ ...fault, also: expectNothingElsewhere, responses: {} })),
  );
});
