import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { breaking } from './breaking.js';
import { encodings } from './encodings.js';
import type { FaultExchange, FaultRequest, Scenario } from './exchange.js';
import { oddities } from './oddities.js';
import { pacing } from './pacing.js';
import { type Endpoint, references } from './reference.js';
import { refusals } from './refusals.js';
import { sizes } from './sizes.js';

/** Every scenario by name, which is the first segment of its path. */
const scenarios: ReadonlyMap<string, Scenario> = new Map(
  [pacing, breaking, refusals, encodings, sizes, oddities].flatMap((group) => Object.entries(group)),
);

/** The counts that a {@link FaultServer} keeps for one scenario. */
export interface Tally {
  readonly requests: number;
  /** Connections that carried a request and are still open. */
  readonly open: number;
  /** Connections that the client closed before the server did. */
  readonly aborted: number;
  /** Bytes that the server has written. */
  readonly sent: number;
}

/** A server that misbehaves as its path says: `/cut/17` is scenario `cut` with parameter 17. */
export interface FaultServer {
  readonly url: string;
  /** Every request to this origin. */
  readonly requests: readonly FaultRequest[];
  /** The number of connections ever opened. */
  readonly connections: number;
  /** The number of open connections that never carried a request. */
  readonly spare: number;
  readonly tallyOf: (scenario: string) => Tally;
  /** Resolves once all connections of a scenario are closed, or after `within` milliseconds. */
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
 * Starts a server with the scenarios of this folder.
 *
 * @param elsewhere Another origin, for redirects.
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
    void scenario({ request, parameters, attempt, reference: references[request.endpoint], elsewhere, ...actions });
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
    // A client that leaves may reset the connection, which is not a failure here.
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

/** Creates the actions on a connection; `leave` is called before the server itself ends it. */
function actOn(socket: Socket, leave: () => void): Pick<FaultExchange, 'send' | 'end' | 'reset'> {
  return {
    send: async (bytes) => {
      if (!socket.destroyed && !socket.write(bytes)) {
        await new Promise<void>((resolve) => {
          socket.once('drain', resolve).once('close', resolve);
        });
      }
      // One turn of the event loop to reach its poll phase, and one to have read the sockets.
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      return !socket.destroyed;
    },
    end: (bytes = '') => {
      leave();
      socket.end(bytes);
    },
    reset: () => {
      leave();
      socket.resetAndDestroy();
    },
  };
}

const blankLine = '\r\n\r\n';

/** Parses a request; returns `undefined` while it is incomplete. */
function readRequest(bytes: Buffer): FaultRequest | undefined {
  const end = bytes.indexOf(blankLine);
  if (end === -1) {
    return undefined;
  }
  const [start = '', ...lines] = bytes.subarray(0, end).toString().split('\r\n');
  const [method = '', path = ''] = start.split(' ');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const [name = '', ...value] = line.split(':');
      return [name.toLowerCase(), value.join(':').trim()];
    }),
  );
  const body = bytes.subarray(end + blankLine.length);
  const isWhole = body.length >= Number(headers['content-length'] ?? 0);
  const [endpoint = ''] = /\/(?:chat\/completions|responses)$/u.exec(path) ?? [];
  const scenario = path.slice(0, path.length - endpoint.length);
  return isWhole ? { scenario, endpoint: endpoint as Endpoint, method, headers, body: body.toString() } : undefined;
}
