import { map, merge, NEVER, type Observable, of, Subject, timer } from 'rxjs';
import { ProtocolError, type RunnableTool } from '../../src/index.js';
import { type McpClient, mcpTools, type McpToolPage } from '../../src/mcp/index.js';
import { failureOf, observe } from '../support/observe.js';
import { runMarbles } from '../support/run-marbles.js';
import { fakeMcp, mcpTool } from './fake-mcp.js';

const values: Readonly<Record<string, McpToolPage>> = {
  a: { tools: [mcpTool('a')] },
  b: { tools: [mcpTool('b')] },
  c: { tools: [mcpTool('c')] },
};
const names = map((tools: readonly RunnableTool[]) => tools.map(({ name }) => name).join());

/** The names of the tools that a server lists on one page. */
function namesOf(listed: readonly string[], prefix?: string): readonly string[] {
  const client = fakeMcp({ pages: () => of({ tools: listed.map((name) => mcpTool(name)) }) });
  return observe(mcpTools(client, { prefix }))
    .values.flat()
    .map(({ name }) => name);
}

describe('mcpTools', () => {
  it('lists the tools, and lists them again when the server says that they have changed', () => {
    runMarbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const changes = hot('  -----x---');
      const answers = [cold('--a', values), cold(' --b', values)];
      const expected = '     --a----b-';
      const subs = '         ^--------!';
      const client = fakeMcp({ changes, pages: () => answers.shift()! });

      expectObservable(mcpTools(client).pipe(names), subs).toBe(expected);
      expectSubscriptions(changes.subscriptions).toBe(subs);
    });
  });

  it('starts over when the list changes while it comes', () => {
    runMarbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const changes = hot(' -x-x-----');
      const first = cold('  --a', values);
      const firstSubs = '   ^!';
      const second = cold('  --b', values);
      const secondSubs = '  -^-!';
      const third = cold('     --c', values);
      const thirdSubs = '   ---^-!';
      const expected = '    -----c---';
      const subs = '        ^--------!';
      const answers = [first, second, third];

      expectObservable(mcpTools(fakeMcp({ changes, pages: () => answers.shift()! })).pipe(names), subs).toBe(expected);
      expectSubscriptions(first.subscriptions).toBe(firstSubs);
      expectSubscriptions(second.subscriptions).toBe(secondSubs);
      expectSubscriptions(third.subscriptions).toBe(thirdSubs);
    });
  });

  it('hears a change that comes before the request for the list is sent', () => {
    const changes = new Subject<void>();
    let version = 0;
    const pages = (): Observable<McpToolPage> => {
      version += 1;
      const page = of({ tools: [mcpTool(`v${version}`)] });
      if (version === 1) {
        changes.next();
      }
      return page;
    };

    const seen = observe(mcpTools(fakeMcp({ changes, pages })).pipe(names));

    expect(seen.values.at(-1)).toBe('v2');
  });

  it('cancels the listing and removes its handler when it is unsubscribed, at every moment', () => {
    for (let moment = 1; moment <= 9; moment += 1) {
      runMarbles(({ cold, hot, flush }) => {
        const changes = hot('-----x----');
        const first = { tools: [], nextCursor: '2' };
        const pages = [cold('--a', { a: first }), cold('--b', values), cold('--c', values)];
        const listed: string[] = [];
        let asked = 0;
        const subscription = mcpTools(fakeMcp({ changes, pages: () => pages[asked++]! }))
          .pipe(names)
          .subscribe((list) => listed.push(list));

        timer(moment).subscribe(() => subscription.unsubscribe());
        flush();

        const logs = [changes, ...pages].flatMap((source) => source.subscriptions);
        expect(listed).toEqual(['b', 'c'].slice(0, [0, 0, 0, 0, 0, 1, 1, 1, 2, 2][moment]));
        expect(logs.filter(({ unsubscribedFrame }) => unsubscribedFrame > moment)).toEqual([]);
        expect(changes.subscriptions).toHaveLength(1);
      });
    }
  });

  it('shares the one handler of a client among its subscribers, until the last one leaves', () => {
    runMarbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const changes = hot('     ---x----x----');
      const changesSubs = '     ^----------!';
      const firstSubs = '       ^----!       ';
      const expectedFirst = '   -a--a        ';
      const secondSubs = '      --^--------!';
      const expectedSecond = '  ----b----b---';
      const client = fakeMcp({ changes, pages: () => cold('-a', values) });

      expectObservable(mcpTools(client).pipe(names), firstSubs).toBe(expectedFirst);
      expectObservable(mcpTools(client, { prefix: 'x_' }).pipe(names), secondSubs).toBe(expectedSecond, { b: 'x_a' });
      expectSubscriptions(changes.subscriptions).toBe(changesSubs);
    });
  });

  it('completes after the list if the client cannot hear changes', () => {
    runMarbles(({ cold, expectObservable }) => {
      const client = fakeMcp({ pages: () => cold('--a', values) });

      expectObservable(mcpTools(client).pipe(names)).toBe('--(a|)');
    });
  });

  it('is cold, and ends with the error of the listing, without a handler', () => {
    runMarbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const changes = hot('  ---');
      const changesSubs = '  ^-!';
      const expected = '     --#';
      const closed = new Error('Connection closed');
      const pages = jest.fn(() => cold<McpToolPage>('--#', undefined, closed));
      const source = mcpTools(fakeMcp({ changes, pages }));

      expect(pages).not.toHaveBeenCalled();
      expectObservable(source).toBe(expected, undefined, closed);
      expectSubscriptions(changes.subscriptions).toBe(changesSubs);
    });
  });

  it('hears changes of a client that takes the name of the method, not a schema', () => {
    const handlers = new Map<string, () => void>();
    const client: McpClient = {
      ...fakeMcp({ pages: () => of({ tools: [mcpTool('a')] }) }),
      setNotificationHandler: (method, handler) => {
        if (typeof method !== 'string') {
          throw new TypeError('That is not a method');
        }
        handlers.set(method, handler);
      },
      removeNotificationHandler: (method) => handlers.delete(method),
    };

    const seen = observe(mcpTools(client).pipe(names));
    handlers.get('notifications/tools/list_changed')?.();
    seen.unsubscribe();

    expect(seen.values).toEqual(['a', 'a']);
    expect(handlers.size).toBe(0);
  });

  it.each([
    [{ prefix: 1 }, 'prefix must be a string, not 1'],
    [{ timeout: -1 }, 'timeout must be a finite number of milliseconds, 0 or more, not -1'],
    [{ prefixes: '' }, 'Unknown field "prefixes" in the configuration of mcpTools; known: prefix, timeout'],
  ])('refuses the configuration %j', (config, message) => {
    expect(() => mcpTools(fakeMcp({}), config as object)).toThrow(new TypeError(message));
  });

  it.each([[undefined], [{}], [{ listTools: () => of() }]])('refuses %j as a client', (client) => {
    expect(() => mcpTools(client as unknown as McpClient)).toThrow(/^client must be a client of the Model Context/u);
  });
});

describe('the pages of mcpTools', () => {
  /** Lists pages with these cursors, and returns the cursors that were asked for and what came of it. */
  function list(next: (page: number) => string | null | undefined): { asked: unknown[]; seen: unknown } {
    const asked: unknown[] = [];
    const pages = (cursor?: string): Observable<McpToolPage> => {
      asked.push(cursor);
      const nextCursor = next(asked.length) as string | undefined;
      // Later, as real answers are.
      return merge(timer(1).pipe(map(() => ({ tools: [mcpTool(`t${asked.length}`)], nextCursor }))), NEVER);
    };
    let seen: unknown;
    runMarbles(({ flush }) => {
      mcpTools(fakeMcp({ pages }))
        .pipe(names)
        .subscribe({ next: (value) => (seen = value), error: (error: unknown) => (seen = error) });
      flush();
    });
    return { asked, seen };
  }

  it('are all listed, each after the cursor of the one before', () => {
    expect(list((page) => ['x', 'y'][page - 1])).toEqual({ asked: [undefined, 'x', 'y'], seen: 't1,t2,t3' });
  });

  it.each([
    ['every page', () => 'same', 2],
    ['every third page', (page: number) => 'abc'[page % 3], 4],
  ])('are a ProtocolError if a cursor repeats on %s', (_pages, next, requests) => {
    const { asked, seen } = list(next);

    expect(asked).toHaveLength(requests);
    expect(seen).toBeInstanceOf(ProtocolError);
    expect(seen).toHaveProperty('message', 'The server lists its tools without an end: a cursor repeats');
  });

  it('are 100 at most, and more are a ProtocolError', () => {
    expect(list((page) => (page < 100 ? String(page) : undefined)).seen).toMatch(/^t1,.*,t100$/u);

    const { asked, seen } = list(String);

    expect(asked).toHaveLength(100);
    expect(seen).toBeInstanceOf(ProtocolError);
    expect(seen).toHaveProperty('message', 'The server lists its tools on more than 100 pages');
  });

  it('may have an empty cursor, which ends the list where it comes again', () => {
    expect(list((page) => ['', 'x'][page - 1])).toEqual({ asked: [undefined, '', 'x'], seen: 't1,t2,t3' });
    expect(list(() => '')).toEqual({ asked: [undefined, ''], seen: 't1,t2' });
    expect(list(() => null)).toEqual({ asked: [undefined], seen: 't1' });
  });

  it('may show a tool twice, when the list changes between two of them', () => {
    expect(namesOf(['a', 'b', 'a'])).toEqual(['a', 'b']);
  });
});

describe('the names of mcpTools', () => {
  const long = 'n'.repeat(64);

  it.each([
    ['stay as they are', ['read_file', 'a-B-9'], undefined, ['read_file', 'a-B-9']],
    ['begin with the prefix', ['read', 'write'], 'files_', ['files_read', 'files_write']],
    [
      'have an underscore for any other character',
      ['fs/read.all', 'größe', '天気'],
      '我/',
      ['__fs_read_all', '__gr__e', '____'],
    ],
    ['are never empty', [''], undefined, ['_']],
    [
      'are counted if they would be equal',
      ['a.b', 'a/b', 'a_b_3', 'a b'],
      undefined,
      ['a_b', 'a_b_2', 'a_b_3', 'a_b_4'],
    ],
    ['leave a name to the tool that has it', ['a.b', 'a_b'], undefined, ['a_b_2', 'a_b']],
    [
      'have at most 64 characters',
      [`${long}1`, long, `${long}2`],
      undefined,
      [`${long.slice(2)}_2`, long, `${long.slice(2)}_3`],
    ],
    [
      'have at most 64 characters with their prefix',
      [long, `${long}1`],
      'p',
      [`p${long.slice(1)}`, `p${long.slice(3)}_2`],
    ],
  ])('%s', (_rule, listed, prefix, expected) => {
    expect(namesOf(listed, prefix)).toEqual(expected);
  });
});

describe('the schemas of mcpTools', () => {
  const toolsWith = (fields: object): Observable<readonly RunnableTool[]> =>
    mcpTools(fakeMcp({ pages: () => of({ tools: [mcpTool('a', fields)] }) }));

  it('are those of the server, which are not strict', () => {
    const inputSchema = { type: 'object', properties: { city: { type: 'string' } }, $defs: {} };

    expect(observe(toolsWith({ inputSchema, description: undefined })).values).toEqual([
      [expect.objectContaining({ name: 'a', description: undefined, parameters: inputSchema, strict: false })],
    ]);
  });

  it.each([[{ type: 'object' }], [{}]])(
    'say that %j has no properties, which OpenAI wants to be told',
    (inputSchema) => {
      expect(observe(toolsWith({ inputSchema })).values[0]?.[0]?.parameters).toEqual({
        type: 'object',
        properties: {},
      });
    },
  );

  it.each([[{ type: 'string' }], [[]], [undefined]])('are a ProtocolError if the input is %j', async (inputSchema) => {
    expect(await failureOf(toolsWith({ inputSchema }))).toEqual(
      new ProtocolError('The input of the tool "a" is not an object'),
    );
  });
});
