import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { Readable } from 'node:stream';
import {
  catchError,
  defer,
  finalize,
  from,
  fromEvent,
  ignoreElements,
  noop,
  type Observable,
  type Subscription,
  switchMap,
  take,
  takeUntil,
  tap,
  throwError,
  using,
} from 'rxjs';
import type { RunnableTool } from '../../index.node.js';
import { mcpTools } from '../../mcp/index.js';
import { CliError } from '../errors.js';
import { writeLine } from '../terminal/output.js';
import { oneLine } from '../terminal/text.js';
import { toLines } from '../terminal/to-lines.js';
import { splitCommand } from './split-command.js';

/** Emits the tools of servers, for as long as the result of `use` is subscribed. */
type UseTools<T> = (tools: readonly RunnableTool[]) => Observable<T>;

/**
 * Starts servers of the Model Context Protocol for `use`, each by its command, and stops them on completion, error and
 * unsubscribe. What they write to standard error is shown.
 *
 * Errors with a {@link CliError} for one that does not start, or does not list its tools.
 */
export function withToolServers<T>(
  commands: readonly string[],
  stderr: NodeJS.WriteStream,
  use: UseTools<T>,
): Observable<T> {
  const useAll = commands.reduceRight<UseTools<T>>(
    (useRest, command) => (tools) =>
      withToolServer(command, stderr, (added) => useRest([...tools, ...renamed(added, tools)])),
    use,
  );
  return useAll([]);
}

function withToolServer<T>(command: string, stderr: NodeJS.WriteStream, use: UseTools<T>): Observable<T> {
  return defer(() => {
    const [program = '', ...args] = splitCommand(command);
    // The whole environment, as a shell would: servers find their keys there.
    const env = Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? '']));
    const transport = new StdioClientTransport({ command: program, args, env, stderr: 'pipe' });
    const client = new Client({ name: 'rxllm', version: '1' });
    const tools = defer(() => client.connect(transport)).pipe(
      switchMap(() => mcpTools(client).pipe(take(1))),
      catchError((error: unknown) => throwError(() => explainStart(command, error))),
    );
    const show = (): Subscription => showErrors(transport.stderr as Readable, stderr).subscribe();
    const close = (): void => {
      from(transport.close()).subscribe({ error: noop });
    };
    return using(show, () => tools.pipe(switchMap(use))).pipe(finalize(close));
  });
}

/** Shows what a server writes to standard error, line by line. Emits nothing. */
function showErrors(errors: Readable, stderr: NodeJS.WriteStream): Observable<never> {
  errors.setEncoding('utf8');
  return (fromEvent(errors, 'data') as Observable<string>).pipe(
    takeUntil(fromEvent(errors, 'end')),
    toLines(),
    tap((line) => writeLine(stderr, oneLine(line), 'dim')),
    ignoreElements(),
    // Nobody else reads it, and a server whose output is not read does not end.
    finalize(() => errors.resume()),
  );
}

function explainStart(command: string, error: unknown): CliError {
  const reason = oneLine((error as Error).message).replace(/\.*$/u, '');
  return new CliError(`The tool server "${oneLine(command)}" did not start (${reason}). Check --mcp.`);
}

/** Renames the tools that are named like one of an earlier server, since a model knows tools by their names only. */
function renamed(added: readonly RunnableTool[], earlier: readonly RunnableTool[]): readonly RunnableTool[] {
  const taken = new Set([...earlier, ...added].map(({ name }) => name));
  const isTaken = (name: string): boolean => earlier.some((tool) => tool.name === name);
  return added.map((tool) => {
    let { name } = tool;
    for (let count = 2; isTaken(tool.name) && taken.has(name); count += 1) {
      const end = `_${count}`;
      name = tool.name.slice(0, 64 - end.length) + end;
    }
    taken.add(name);
    return { ...tool, name };
  });
}
