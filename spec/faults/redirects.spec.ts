import { describeFaults, type FaultOutcome } from '../support/fault-table.js';
import { key } from '../support/secret-key.js';

const refused = { name: 'ProtocolError', kind: 'protocol', retryable: false };
const sameOrigin = { redirects: 'same-origin' } as const;

/** The key went where it belongs, and nothing at all to the other origin. */
function expectNothingElsewhere({ server, elsewhere }: FaultOutcome): void {
  expect(server.requests.map(({ headers }) => headers['authorization'])).toEqual(
    server.requests.map(() => `Bearer ${key}`),
  );
  expect([elsewhere.connections, elsewhere.requests]).toEqual([0, []]);
}

describeFaults(
  [
    { title: 'a redirect', scenario: '/redirect/same', error: refused },
    { title: 'a redirect to another origin', scenario: '/redirect/other', error: refused },
    { title: 'a redirect that may be followed', scenario: '/redirect/same/followed', options: sameOrigin },
    {
      title: 'a redirect to another origin where some may be followed',
      scenario: '/redirect/other/refused',
      options: sameOrigin,
      error: refused,
    },
    { title: 'a redirect in a loop', scenario: '/redirect/loop', options: sameOrigin, error: refused, requests: 6 },
  ].map((fault) => ({ ...fault, also: expectNothingElsewhere })),
);
