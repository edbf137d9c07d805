import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { actOn, type FaultRequest } from './exchange.js';
import { readRequest } from './read-request.js';
import { scenarios } from './scenarios.js';

/** What a {@link FaultServer} saw of one scenario. */
export interface Tally {
  readonly requests: number;
  /** Connections still open that carried a request. */
  readonly open: number;
  /** Connections that the client closed before the server meant to. */
  readonly aborted: number;
  /** Bytes that the server could get rid of. */
  readonly sent: number;
}

/** A server that misbehaves by its path: `/cut/17` is scenario `cut` with parameter 17. */
export interface FaultServer {
  readonly url: string;
  /** Every request that came to this origin. */
  readonly requests: readonly FaultRequest[];
  /** How many connections were ever opened. */
  readonly connections: number;
  /** Connections that are open though nobody asked anything on them. */
  readonly spare: number;
  readonly tallyOf: (scenario: string) => Tally;
  /** Resolves once all connections of a scenario are closed, and after so many milliseconds at the latest. */
  readonly settled: (scenario: string, within: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Connection {
  readonly socket: Socket;
  request: FaultRequest | undefined;
  left: boolean;
  aborted: boolean;
}

/**
 * Starts a server for the scenarios of this folder.
 *
 * @param elsewhere Another origin, for scenarios that lead there.
 */
export async function startFaultServer(elsewhere = ''): Promise<FaultServer> {
  const connections: Connection[] = [];
  const requests: FaultRequest[] = [];
  const of = (scenario: string): readonly Connection[] =>
    connections.filter(({ request }) => request?.scenario === scenario);

  const serve = (connection: Connection, request: FaultRequest): void => {
    requests.push(request);
    connection.request = request;
    const [name = '', ...parameters] = request.scenario.split('/').slice(1).map(decodeURIComponent);
    const scenario = scenarios.get(name);
    if (scenario === undefined) {
      throw new Error(`no scenario "${name}"`);
    }
    const { length: attempt } = of(request.scenario);
    const actions = actOn(connection.socket, () => (connection.left = true));
    void scenario({ request, parameters, attempt, elsewhere, ...actions });
  };

  const server = createServer({ noDelay: true }, (socket) => {
    const connection: Connection = { socket, request: undefined, left: false, aborted: false };
    connections.push(connection);
    let bytes: Buffer = Buffer.alloc(0);
    socket.on('data', (piece: Buffer) => {
      bytes = Buffer.concat([bytes, piece]);
      const request = connection.request === undefined ? readRequest(bytes) : undefined;
      if (request !== undefined) {
        serve(connection, request);
      }
    });
    // A client that leaves may reset the connection, which is no failure here.
    socket.on('error', () => undefined);
    socket.on('close', () => (connection.aborted = !connection.left));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    get connections() {
      return connections.length;
    },
    get spare() {
      return connections.filter(({ request, socket }) => request === undefined && !socket.destroyed).length;
    },
    tallyOf: (scenario) => ({
      requests: of(scenario).length,
      open: of(scenario).filter(({ socket }) => !socket.destroyed).length,
      aborted: of(scenario).filter(({ aborted }) => aborted).length,
      sent: of(scenario).reduce((sum, { socket }) => sum + socket.bytesWritten, 0),
    }),
    settled: async (scenario, within) => {
      const closed = of(scenario)
        .filter(({ socket }) => !socket.closed)
        .map(({ socket }) => new Promise((resolve) => socket.once('close', resolve)));
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise((resolve) => (timer = setTimeout(resolve, within)));
      await Promise.race([Promise.all(closed), late]);
      clearTimeout(timer);
    },
    close: async () => {
      connections.forEach(({ socket }) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
