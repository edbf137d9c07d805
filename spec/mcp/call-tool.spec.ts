import { firstValueFrom, type Observable, of, switchMap, throwError } from 'rxjs';
import { type McpClient, type McpRequestOptions, mcpTools, type McpToolCall } from '../../src/mcp/index.js';
import { failureOf, observe } from '../support/observe.js';
import { runMarbles } from '../support/run-marbles.js';
import { context, fakeMcp, mcpTool } from './fake-mcp.js';

const pages = (): Observable<{ tools: [ReturnType<typeof mcpTool>] }> => of({ tools: [mcpTool('fs.read')] });

/** Runs the one tool of a client. */
function run(client: McpClient, args: unknown = {}, config = {}): Observable<unknown> {
  return mcpTools(client, config).pipe(switchMap(([tool]) => tool?.run(args, context) as Observable<unknown>));
}

function textOf(result: unknown): Promise<unknown> {
  return firstValueFrom(run(fakeMcp({ pages, answer: () => of(result) })));
}

describe('a tool of mcpTools', () => {
  const values = {
    p: { progress: 1, total: 2, message: 'Half' },
    q: { progress: 2, total: 2 },
    r: { content: [{ type: 'text', text: 'Done' }] },
    d: 'Done',
  };

  it('emits the progress of its call, and at the end the text of the result', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const answer = cold('  -p-q--r', values);
      const answerSubs = '   ^-----!';
      const expected = '     -p-q--(d|)';

      expectObservable(run(fakeMcp({ pages, answer: () => answer }))).toBe(expected, values);
      expectSubscriptions(answer.subscriptions).toBe(answerSubs);
    });
  });

  it('ends with the error of the call', () => {
    runMarbles(({ cold, expectObservable }) => {
      const died = new Error('MCP error -32000: Connection closed');
      const answer = cold('  -p-#', values, died);
      const expected = '     -p-#';

      expectObservable(run(fakeMcp({ pages, answer: () => answer }))).toBe(expected, values, died);
    });
  });

  it.each([
    ['^!', '-'],
    ['^-!', '-p'],
    ['^---!', '-p-q'],
    ['^----!', '-p-q'],
  ])('cancels its call when it is unsubscribed at %s', (subs, expected) => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const answer = cold('  -p-q--r', values);

      expectObservable(run(fakeMcp({ pages, answer: () => answer })), subs).toBe(expected, values);
      expectSubscriptions(answer.subscriptions).toBe(subs);
    });
  });

  it('does not cancel a call that was answered, even if only the answer is taken', async () => {
    const signals: AbortSignal[] = [];
    const answered: McpClient = {
      listTools: (_params, options) => {
        signals.push(options!.signal);
        return Promise.resolve({ tools: [mcpTool('a')] });
      },
      callTool: (_call, _schema, options) => {
        signals.push(options!.signal);
        return Promise.resolve(values.r);
      },
    };

    const [tool] = await firstValueFrom(mcpTools(answered));

    expect(await firstValueFrom(tool?.run({}, context) as Observable<unknown>)).toBe('Done');
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  });

  it.each([
    [-32_000, true],
    [-32_602, false],
  ])(
    'that fails with code %p aborts its signal: %p, since a closed connection leaves a timer in SDK 1.22',
    async (code, aborts) => {
      const signals: AbortSignal[] = [];
      const client: McpClient = {
        ...fakeMcp({ pages }),
        callTool: (_call, _schema, options) => {
          signals.push(options!.signal);
          return Promise.reject(Object.assign(new Error('MCP error'), { code }));
        },
      };

      await failureOf(run(client));

      expect(signals.map(({ aborted }) => aborted)).toEqual([aborts]);
    },
  );

  it('is called by the name that its server knows, with its arguments', () => {
    const answer = jest.fn<Observable<unknown>, [McpToolCall]>(() => of(values.r));

    observe(run(fakeMcp({ pages, answer }), { path: '/a' }, { prefix: 'x-' }));

    expect(answer.mock.calls).toEqual([[{ name: 'fs.read', arguments: { path: '/a' } }]]);
  });

  it.each([
    [undefined, 0x7fffffff],
    [5000, 5000],
    [1e12, 0x7fffffff],
  ])('has a timeout of %p as %p, since that of the SDK is 60 seconds', (timeout, sent) => {
    const timeouts: unknown[] = [];
    const client = fakeMcp({ pages, answer: () => of(values.r) });
    const watched: McpClient = {
      listTools: (params, options) => {
        timeouts.push(options?.timeout);
        return client.listTools(params, options);
      },
      callTool: (call, schema, options) => {
        timeouts.push(options?.timeout);
        return client.callTool(call, schema, options);
      },
    };

    observe(run(watched, {}, { timeout }));

    expect(timeouts).toEqual([sent, sent]);
  });

  it('passes its options second to a client that takes no schema', () => {
    const client = fakeMcp({ pages, answer: () => of(values.p, values.r) });
    const withoutSchema = {
      listTools: (params: object, options: McpRequestOptions) => client.listTools(params, options),
      callTool: (call: McpToolCall, options?: McpRequestOptions) => client.callTool(call, undefined, options),
    };

    expect(observe(run(withoutSchema)).values).toEqual([values.p, 'Done']);
  });
});

describe('the result of a tool of mcpTools', () => {
  const text = (line: string): object => ({ type: 'text', text: line });
  const image = { type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' };
  const resource = { type: 'resource', resource: { uri: 'file:///a', text: 'A' } };

  it.each([
    ['texts, a line feed between them', { content: [text('a'), text('b\n')] }, 'a\nb\n'],
    ['JSON of other parts', { content: [image] }, JSON.stringify(image)],
    ['both, in their order', { content: [text('a'), resource, text('b')] }, `a\n${JSON.stringify(resource)}\nb`],
    ['text without its structured form', { content: [text('1 °C')], structuredContent: { degrees: 1 } }, '1 °C'],
    ['structured content without text', { content: [], structuredContent: { degrees: 1 } }, '{"degrees":1}'],
    ['structured content alone', { structuredContent: [1] }, '[1]'],
    ['nothing', { content: [] }, ''],
    ['a text part without text', { content: [{ type: 'text' }] }, '{"type":"text"}'],
  ])('is %s', async (_parts, result, expected) => {
    expect(await textOf(result)).toBe(expected);
  });

  it.each([
    ['its text', [text('No such city'), text('Try Oslo')], 'No such city\nTry Oslo'],
    ['a text of ours without one', [], 'The tool failed'],
  ])('is an error with %s if it says so', async (_text, content, message) => {
    await expect(textOf({ content, isError: true })).rejects.toThrow(new Error(message));
  });

  it('is an error if the client throws', async () => {
    const client: McpClient = {
      ...fakeMcp({ pages }),
      callTool: () => {
        throw new Error('Not connected');
      },
    };

    expect(await failureOf(run(client))).toEqual(new Error('Not connected'));
    expect(await failureOf(run(fakeMcp({ pages, answer: () => throwError(() => 'gone') })))).toBe('gone');
  });
});
