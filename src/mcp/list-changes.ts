import { EMPTY, fromEventPattern, type Observable, share } from 'rxjs';
import type { McpClient } from './mcp-client.js';

const method = 'notifications/tools/list_changed';

/** What `@modelcontextprotocol/sdk` uses of the zod schema that it takes; `parse` before 1.23, `safeParse` since. */
const schema = {
  shape: { method: { value: method } },
  parse: (notification: unknown) => notification,
  safeParse: (data: unknown) => ({ success: true, data }),
};

/** A client has one handler for each method, so its subscribers share it. */
const changesOf = new WeakMap<McpClient, Observable<unknown>>();

/** Emits when the server says that its list of tools has changed. Completes at once if the client cannot hear that. */
export function listChanges(client: McpClient): Observable<unknown> {
  if (client.setNotificationHandler === undefined) {
    return EMPTY;
  }
  const changes =
    changesOf.get(client) ??
    fromEventPattern(
      (handler) => listen(client, () => handler()),
      () => client.removeNotificationHandler?.(method),
    ).pipe(share());
  changesOf.set(client, changes);
  return changes;
}

function listen(client: McpClient, handler: () => void): void {
  try {
    client.setNotificationHandler?.(schema, handler);
  } catch {
    // `@modelcontextprotocol/client`, which follows the SDK, takes the method itself and throws for anything else.
    client.setNotificationHandler?.(method, handler);
  }
}
