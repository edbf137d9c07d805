import { EMPTY, expand, map, type Observable, reduce } from 'rxjs';
import { ProtocolError } from '../errors/protocol-error.js';
import { perSubscription } from '../util/operate.js';
import type { McpClient, McpTool, McpToolPage } from './mcp-client.js';
import { sendRequest } from './send-request.js';

const maxPages = 100;

/** Emits all tools of a server once, by name: a list that changes between two pages can show a tool twice. */
export function listTools(client: McpClient, timeout: number): Observable<readonly McpTool[]> {
  return perSubscription(() => {
    const cursors = new Set<string>();
    const page = (params: { readonly cursor?: string }): Observable<McpToolPage> =>
      sendRequest((signal) => client.listTools(params, { signal, timeout }));
    return page({}).pipe(
      expand(({ nextCursor }) => {
        // An empty cursor is valid (since protocol revision 2026-07-28), but older servers end every page with one.
        if (typeof nextCursor !== 'string' || (nextCursor === '' && cursors.has(''))) {
          return EMPTY;
        }
        if (cursors.has(nextCursor)) {
          throw new ProtocolError('The server lists its tools without an end: a cursor repeats');
        }
        if (cursors.add(nextCursor).size === maxPages) {
          throw new ProtocolError(`The server lists its tools on more than ${maxPages} pages`);
        }
        return page({ cursor: nextCursor });
      }),
      reduce((all, { tools }) => [...all, ...tools], [] as readonly McpTool[]),
      map((all) => [...new Map(all.map((tool) => [tool.name, tool])).values()]),
    );
  });
}
