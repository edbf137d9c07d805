import type { Mock } from 'vitest';

const readme = `# rxllm

## Stream an answer, and cancel it

Unsubscribing aborts the request.

## Retries

They wait.
`;

/** What `search_docs` finds for a question about cancelling. */
export const found = '# Stream an answer, and cancel it\n\nUnsubscribing aborts the request.';

/** Prepares each test of a file for the page, on Saturday, 31 January 2026. Returns the `fetch` that reads the documentation. */
export function useDocs(): Mock<typeof fetch> {
  const read = vi.fn<typeof fetch>();

  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 31, 12) });
    localStorage.clear();
    history.replaceState(null, '', '#');
    read.mockReset().mockImplementation(() => Promise.resolve(new Response(readme)));
    vi.stubGlobal('fetch', read);
  });

  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  return read;
}
