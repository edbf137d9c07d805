/*
 * The server of a measurement, in its own process so that its work is not counted. The first segment of a path selects
 * the scenario. A second port returns the counts, and is not counted itself.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { release, scenarios } from './scenarios.js';
/** The counts of the server since it started. */
export interface Counts {
  /** Connections in all, those still open, and those that never carried a request. */
  readonly connections: number;
  readonly openConnections: number;
  readonly unusedConnections: number;
  /** Requests in all, those not yet answered in full, and those that the client cut. */
  readonly requests: number;
  readonly openRequests: number;
  readonly cutRequests: number;
  /** Requests by scenario. */
  readonly requestsTo: Readonly<Record<string, number>>;
}

const counts = {
  connections: 0,
  openConnections: 0,
  unusedConnections: 0,
  requests: 0,
  openRequests: 0,
  cutRequests: 0,
  requestsTo: {} as Record<string, number>,
} satisfies Counts;
const used = new WeakSet<Socket>();

const model = createServer((request, response) => {
  const { socket, url: path = '' } = request;
  if (!used.has(socket)) {
    used.add(socket);
    counts.unusedConnections -= 1;
  }
  const scenario = path.split('/')[1] ?? '';
  counts.requests += 1;
  counts.openRequests += 1;
  counts.requestsTo[scenario] = (counts.requestsTo[scenario] ?? 0) + 1;
  response.on('close', () => {
    counts.openRequests -= 1;
    counts.cutRequests += response.writableFinished ? 0 : 1;
  });
  request.resume();
  request.on('end', () => scenarios[scenario]?.(response, path));
});
model.keepAliveTimeout = 600_000;
model.on('connection', (socket) => {
  counts.connections += 1;
  counts.openConnections += 1;
  counts.unusedConnections += 1;
  socket.on('close', () => (counts.openConnections -= 1));
});

const control = createServer((request, response) => {
  if (request.url === '/release') {
    void release();
  }
  response.end(JSON.stringify(counts));
});

const urls = await Promise.all([listen(model), listen(control)]);
process.send?.(urls);
// The parent process has ended.
process.on('disconnect', () => process.exit());

async function listen(server: Server): Promise<string> {
  server.listen({ port: 0, host: '127.0.0.1', backlog: 16_384 });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
