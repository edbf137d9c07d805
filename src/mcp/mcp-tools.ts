import { map, merge, type Observable, of, switchMap } from 'rxjs';
import { ProtocolError } from '../errors/protocol-error.js';
import { type RunnableTool, tool } from '../tools/tool.js';
import { check, checkConfig, checkDuration, maxTimer } from '../util/check.js';
import { isObject } from '../util/is-object.js';
import { callTool } from './call-tool.js';
import { listChanges } from './list-changes.js';
import { listTools } from './list-tools.js';
import type { McpClient, McpTool } from './mcp-client.js';

/** Configuration of {@link mcpTools}. */
export interface McpToolsConfig {
  /** Put in front of every name, so that the tools of several servers can be used together. Default: nothing. */
  readonly prefix?: string | undefined;
  /**
   * How many milliseconds the server may take for each call and for each page of its list. Default: no limit; the 60 seconds
   * of the SDK do not apply.
   */
  readonly timeout?: number | undefined;
}

/**
 * Emits the tools of a server of the Model Context Protocol, all pages of them, and emits them again when the server says
 * that its list has changed.
 *
 * ```text
 * changes:  -----x---   'notifications/tools/list_changed'
 * result:   --a----b-   a, b = lists of tools
 * ```
 *
 * A change while tools are listed starts over. Completes after the first list if the client has no `setNotificationHandler`;
 * else it does not complete, so `take(1)` or `firstValueFrom` gives the tools of now. The client's handler for these
 * notifications is replaced while there is a subscriber, and removed after the last one.
 *
 * Names are mapped to what models may call: `[A-Za-z0-9_-]{1,64}`, each once. A tool's values are the progress notifications
 * of its call and, at the end, the text of the result: text parts are joined by a line feed, others are JSON. A result with
 * `isError` is an error with that text. Unsubscribing cancels the call.
 *
 * Errors with what `listTools` rejects with, and with `ProtocolError` if a cursor repeats, if there are more than 100 pages
 * or if a tool's input is not an object.
 *
 * @param client A connected `Client` of `@modelcontextprotocol/sdk`, or anything with its `listTools` and `callTool`.
 * @throws TypeError for an invalid argument.
 */
export function mcpTools(client: McpClient, config: McpToolsConfig = {}): Observable<readonly RunnableTool[]> {
  const { listTools: list, callTool: call } = (client as McpClient | undefined) ?? ({} as Partial<McpClient>);
  const isClient = typeof list === 'function' && typeof call === 'function';
  check(isClient, 'client', 'a client of the Model Context Protocol, with listTools and callTool', client);
  checkConfig('mcpTools', config, ['prefix', 'timeout']);
  const { prefix = '', timeout = maxTimer } = config;
  check(typeof prefix === 'string', 'prefix', 'a string', prefix);
  const limit = checkDuration('timeout', timeout);
  const tools = listTools(client, limit).pipe(
    map((listed) => {
      const uniqueName = uniqueNames(listed.map(({ name }) => prefix + name));
      return listed.map((described) => toTool(client, uniqueName(prefix + described.name), described, limit));
    }),
  );
  return merge(listChanges(client), of(undefined)).pipe(switchMap(() => tools));
}

function toTool(client: McpClient, name: string, listed: McpTool, timeout: number): RunnableTool {
  const { description, inputSchema } = listed;
  if (!isObject(inputSchema) || (inputSchema['type'] ?? 'object') !== 'object') {
    throw new ProtocolError(`The input of the tool "${listed.name}" is not an object`);
  }
  return tool({
    name,
    description,
    // OpenAI refuses an object without `properties`, which servers omit for a tool without arguments.
    parameters: { type: 'object', properties: {}, ...inputSchema },
    run: (args) => callTool(client, { name: listed.name, arguments: args as Record<string, unknown> }, timeout),
  });
}

/** Returns what maps each name, once, to one that models may call. A name that is one stays as it is. */
function uniqueNames(names: readonly string[]): (name: string) => string {
  const isValid = (name: string): boolean => /^[\w-]{1,64}$/u.test(name);
  const taken = new Set(names.filter(isValid));
  return (name) => {
    if (isValid(name)) {
      return name;
    }
    const base = name.replaceAll(/[^\w-]/gu, '_').slice(0, 64) || '_';
    let unique = base;
    for (let count = 2; taken.has(unique); count += 1) {
      const end = `_${count}`;
      unique = base.slice(0, 64 - end.length) + end;
    }
    taken.add(unique);
    return unique;
  };
}
