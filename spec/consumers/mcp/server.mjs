/* A server of two tools a page. `node server.mjs GENERATION` serves it over stdio. */
import { pathToFileURL } from 'node:url';
import { load } from './generations.mjs';

const pageSize = 2;
const text = (line) => ({ content: [{ type: 'text', text: line }] });

export function createServer({ Server, methods, contextOf }) {
  const server = new Server({ name: 'tools', version: '1' }, { capabilities: { tools: { listChanged: true } } });
  const cancelled = [];
  let finish;
  const tools = {
    echo: ({ words }) => text(words.join(' ')),
    // Ends after a call of `finish`: of progress that comes together with the result, generation 1 loses the last.
    'slow.progress': async (_args, { progress }) => {
      const finished = new Promise((resolve) => (finish = resolve));
      await progress(1);
      await progress(2);
      await progress(3);
      await finished;
      return text('Slowly done');
    },
    finish: () => {
      finish();
      return text('Finishes');
    },
    hang: async (_args, { signal, progress }) => {
      signal.addEventListener('abort', () => cancelled.push('hang'));
      await progress(0);
      return new Promise(() => undefined);
    },
    cancelled: () => text(cancelled.join()),
    fail: () => ({ ...text('No such city'), isError: true }),
    refuse: () => {
      throw new Error('Not now');
    },
    parts: () => ({
      content: [
        { type: 'text', text: 'A dot:' },
        { type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' },
      ],
    }),
    die: () => process.exit(1),
    grow: async () => {
      tools.grown = () => text('grown');
      await server.sendToolListChanged();
      return text('Grows');
    },
  };

  server.setRequestHandler(methods.list, ({ params }) => {
    const start = Number(params?.cursor ?? 0);
    const end = start + pageSize;
    const names = Object.keys(tools);
    return {
      tools: names.slice(start, end).map((name) => ({ name, inputSchema: { type: 'object' } })),
      ...(end < names.length && { nextCursor: String(end) }),
    };
  });
  server.setRequestHandler(methods.call, ({ params }, extra) => {
    const { name, arguments: args, _meta: meta } = params;
    const { signal, notify } = contextOf(extra);
    const progress = (done) =>
      notify({
        method: 'notifications/progress',
        params: { progressToken: meta.progressToken, progress: done, total: 3 },
      });
    return tools[name](args, { signal, progress });
  });
  return server;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const generation = await load(process.argv[2]);
  await createServer(generation).connect(new generation.StdioServerTransport());
}
