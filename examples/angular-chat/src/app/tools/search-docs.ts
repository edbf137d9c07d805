import { concat, defer, map, of, shareReplay } from 'rxjs';
import { fromFetch } from 'rxjs/fetch';
import { type RunnableTool, tool } from 'rxllm';
import { searchSections, sectionsOf } from './search-sections';

/**
 * Creates a tool that lets a model search the documentation of rxllm: the README of the installed package, which the build
 * copies beside the page. It is read at the first call, and kept.
 */
export function createSearchDocs(page: string): RunnableTool {
  const documentation = defer(() => fromFetch(new URL('docs/README.md', page).href, { selector: readText })).pipe(
    map(sectionsOf),
    shareReplay({ bufferSize: 1, refCount: true }),
  );
  return tool({
    name: 'search_docs',
    description: 'Searches the documentation of rxllm, a streaming SDK for RxJS. Returns the sections that fit best.',
    parameters: {
      type: 'object',
      properties: { query: { type: 'string', description: 'Words to search for, or a question.' } },
      required: ['query'],
    },
    // The values are progress, and the last one is the result.
    run: ({ query = '' }: { readonly query?: unknown }) =>
      concat(
        of('Reading the documentation …'),
        documentation.pipe(map((sections) => searchSections(sections, String(query)))),
      ),
  });
}

function readText(response: Response): Promise<string> {
  return response.ok
    ? response.text()
    : Promise.reject(new Error(`The documentation is missing: status ${response.status}`));
}
