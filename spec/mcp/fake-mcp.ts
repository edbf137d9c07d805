import { fromEvent, NEVER, type Observable, type Subscription, takeUntil, takeWhile } from 'rxjs';
import type {
  McpClient,
  McpProgress,
  McpRequestOptions,
  McpTool,
  McpToolCall,
  McpToolPage,
} from '../../src/mcp/index.js';
import type { ToolContext } from '../../src/index.js';

export interface FakeMcp {
  /** Gives the page after a cursor, when it emits. */
  readonly pages?: (cursor: string | undefined) => Observable<McpToolPage>;
  /** Gives the progress and the result of a call. */
  readonly answer?: (call: McpToolCall) => Observable<unknown>;
  /** Emits when the list has changed; subscribed while the client has a handler. */
  readonly changes?: Observable<unknown>;
}

/** A client that answers in virtual time. A request is unsubscribed when it is answered or cancelled. */
export function fakeMcp({ pages = () => NEVER, answer = () => NEVER, changes }: FakeMcp): McpClient {
  const listening: Subscription[] = [];
  return {
    listTools: (params, options) => promiseOf(pages(params?.cursor), options!),
    callTool: (call, _schema, options) => promiseOf(answer(call), options!),
    ...(changes && {
      setNotificationHandler: (schema, handler) => {
        expect(schema).toHaveProperty('shape.method.value', 'notifications/tools/list_changed');
        listening.push(changes.subscribe(handler));
      },
      removeNotificationHandler: (method) => {
        expect(method).toBe('notifications/tools/list_changed');
        listening.pop()?.unsubscribe();
      },
    }),
  };
}

/** What a promise has that is settled in virtual time. */
function promiseOf<T>(answer: Observable<T>, { signal, onprogress }: McpRequestOptions): Promise<T> {
  const isProgress = (value: unknown): value is McpProgress => Object.hasOwn(value as object, 'progress');
  const then = (resolve: (value: T) => void, error: (reason: unknown) => void): unknown => {
    answer.pipe(takeWhile(isProgress, true), takeUntil(fromEvent(signal, 'abort'))).subscribe({
      next: (value) => (isProgress(value) ? onprogress?.(value) : resolve(value as T)),
      error,
    });
    return { then: () => undefined };
  };
  return { then } as unknown as Promise<T>;
}

export function mcpTool(name: string, fields: Partial<McpTool> = {}): McpTool {
  return { name, description: `Does ${name}`, inputSchema: { type: 'object', properties: {} }, ...fields };
}

export const context: ToolContext = {
  call: { id: '1', type: 'function', name: 'any', arguments: '{}', complete: true, extra: {} },
  turn: 0,
  signal: new AbortController().signal,
};
