import { once } from 'node:events';
import { createServer } from 'node:http';

/** Starts a server with the models of the application, which counts requests. `fallback` answers other paths. */
export async function startModelServer(fallback) {
  const requests = [];
  const server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', '*');
    if (request.method === 'OPTIONS') {
      response.end();
    } else if (request.url.startsWith('/v1/')) {
      answer(request, response, requests).catch((error) => response.destroy(error));
    } else {
      fallback(request, response, () => response.writeHead(404).end());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${server.address().port}`,
    /** Returns the models that were asked since the last call. */
    takeRequests: () => requests.splice(0),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(request, response, requests) {
  const { model } = JSON.parse(Buffer.concat(await request.toArray()).toString());
  requests.push(model);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  const write = (choice) =>
    response.write(`data: ${JSON.stringify({ id: 'a', model, choices: [{ index: 0, ...choice }] })}\n\n`);
  if (model !== 'silent') {
    write({ delta: { role: 'assistant', content: 'Hello ' } });
  }
  if (model === 'endless') {
    const timer = setInterval(() => write({ delta: { content: 'and ' } }), 20);
    response.on('close', () => clearInterval(timer));
  } else if (model !== 'silent') {
    write({ delta: { content: 'world' }, finish_reason: 'stop' });
    response.end('data: [DONE]\n\n');
  }
}
