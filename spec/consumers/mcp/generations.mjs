/* Loads the generations of the SDK: 1 before it took zod 4, the last of 1, and 2, whose client and server are packages. */
const loaders = {
  'sdk 1.22': () => loadFirst((path) => import(`sdk-1.22/${path}`)),
  'sdk 1.32': () => loadFirst((path) => import(`@modelcontextprotocol/sdk/${path}`)),
  'client 2.4': loadSecond,
};

export const generations = Object.keys(loaders);

export function load(generation) {
  return loaders[generation]();
}

async function loadFirst(load) {
  const { Client } = await load('client/index.js');
  const { Server } = await load('server/index.js');
  const { StdioClientTransport } = await load('client/stdio.js');
  const { StdioServerTransport } = await load('server/stdio.js');
  const { InMemoryTransport } = await load('inMemory.js');
  const { ListToolsRequestSchema, CallToolRequestSchema } = await load('types.js');
  return {
    Client,
    Server,
    StdioClientTransport,
    StdioServerTransport,
    InMemoryTransport,
    methods: { list: ListToolsRequestSchema, call: CallToolRequestSchema },
    contextOf: ({ signal, sendNotification }) => ({ signal, notify: sendNotification }),
  };
}

async function loadSecond() {
  const { Client, InMemoryTransport } = await import('@modelcontextprotocol/client');
  const { Server } = await import('@modelcontextprotocol/server');
  const { StdioClientTransport } = await import('@modelcontextprotocol/client/stdio');
  const { StdioServerTransport } = await import('@modelcontextprotocol/server/stdio');
  return {
    Client,
    Server,
    StdioClientTransport,
    StdioServerTransport,
    InMemoryTransport,
    methods: { list: 'tools/list', call: 'tools/call' },
    contextOf: ({ mcpReq: { signal, notify } }) => ({ signal, notify: (notification) => notify(notification) }),
  };
}
