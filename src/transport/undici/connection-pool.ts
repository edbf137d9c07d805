import type { TLSSocket } from 'node:tls';
import { abortReason, type Connection, type ConnectionOwner, type PooledRequest } from './connection.js';
import { Http2Connection } from './http2-connection.js';
import { Http1Connection } from './node-agent.js';
import type { OpenConnection } from './proxy.js';

const maxHttp2Connections = 8;

/** Opens a connection to one server. */
type Connect = (callback: Parameters<OpenConnection>[1]) => Attempt;
type Attempt = ReturnType<OpenConnection>;

/**
 * Sends requests to one server. Over TLS the first of them opens a connection and the others wait for it, since the server
 * may choose HTTP/2 for it, which they can share. Then another connection is opened when the server takes no more requests
 * on those there are: up to 8, above which requests wait. Over HTTP/1.1 each request has a connection of its own.
 */
export class ConnectionPool {
  private readonly origin: URL;
  private readonly connect: Connect;
  private readonly onEmpty: () => void;
  private readonly waiting = new Set<PooledRequest>();
  private readonly attempts = new Set<Attempt>();
  private readonly connections = new Set<Connection>();
  /** Those of the connections that may take a further request. The last comes first: it was opened for the one that waits. */
  private free: Connection[] = [];
  /** How many requests a connection takes at a time; `undefined` as long as it is not known. */
  private streams: number | undefined;
  private maxConnections = Infinity;
  private readonly owner: ConnectionOwner = {
    onRoom: (connection) => {
      this.streams = connection.maxStreams ?? this.streams;
      if (!this.free.includes(connection)) {
        this.free.push(connection);
      }
      this.update();
    },
    onClosing: (connection) => {
      this.connections.delete(connection);
      this.free = this.free.filter((other) => other !== connection);
      this.update();
    },
    onUnsent: (request) => this.send(request),
  };

  /** @param onEmpty Called when neither a connection nor a request is left. */
  constructor(origin: URL, connect: Connect, onEmpty: () => void) {
    this.origin = origin;
    this.connect = connect;
    this.onEmpty = onEmpty;
    this.streams = origin.protocol === 'https:' ? undefined : 1;
  }

  send(request: PooledRequest): void {
    this.waiting.add(request);
    request.handler.onRequestStart({
      abort: () => {
        this.waiting.delete(request);
        this.update();
      },
    });
    this.update();
  }

  /** Gives requests to connections, then begins attempts for those left, or cancels attempts that are not needed. */
  private update(): void {
    // Over HTTP/1.1 an attempt that was begun for a request is not in vain, even if another connection becomes free before.
    const reserved = this.streams === 1 ? this.attempts.size : 0;
    for (const request of this.waiting) {
      const connection = this.waiting.size > reserved ? this.firstFree() : undefined;
      if (connection === undefined) {
        break;
      }
      this.waiting.delete(request);
      connection.send(request);
    }
    const needed = this.neededAttempts();
    while (this.attempts.size < needed) {
      this.open();
    }
    for (const attempt of [...this.attempts].slice(needed)) {
      this.attempts.delete(attempt);
      attempt.destroy(abortReason);
    }
    if (this.waiting.size + this.attempts.size + this.connections.size === 0) {
      this.onEmpty();
    }
  }

  private firstFree(): Connection | undefined {
    while (this.free.length > 0 && !this.free.at(-1)?.room) {
      this.free.pop();
    }
    return this.free.at(-1);
  }

  private neededAttempts(): number {
    const { streams, connections, waiting } = this;
    if (waiting.size === 0) {
      return 0;
    }
    // A server that takes none at present would take none on another connection either.
    if (streams === undefined || streams === 0) {
      return connections.size === 0 ? 1 : 0;
    }
    // A server has not yet said how many requests these take.
    const settling = streams === 1 ? 0 : [...connections].filter(({ maxStreams }) => maxStreams === undefined).length;
    const needed = Math.ceil(waiting.size / streams) - settling;
    return Math.max(0, Math.min(needed, this.maxConnections - connections.size));
  }

  private open(): void {
    // Those that come later than an attempt that fails get one of their own.
    const requests = this.streams === 1 ? [] : [...this.waiting];
    const attempt = this.connect((error, socket) => {
      if (!this.attempts.delete(attempt)) {
        socket?.destroy();
      } else if (error === null) {
        this.add(socket as TLSSocket);
      } else {
        this.fail(error, requests);
      }
    });
    this.attempts.add(attempt);
  }

  private add(socket: TLSSocket): void {
    const isHttp2 = socket.alpnProtocol === 'h2';
    const connection = new (isHttp2 ? Http2Connection : Http1Connection)(socket, this.origin, this.owner);
    this.maxConnections = isHttp2 ? maxHttp2Connections : Infinity;
    this.connections.add(connection);
    this.owner.onRoom(connection);
  }

  /** Fails what an attempt was made for: all requests if it was the first, else one, unless a connection is free for it. */
  private fail(error: Error, requests: readonly PooledRequest[]): void {
    const { waiting, connections, streams } = this;
    const isFirst = streams !== 1 && connections.size === 0;
    const candidates = isFirst ? requests : this.firstFree() === undefined ? [...waiting].slice(0, 1) : [];
    const failed = candidates.filter((request) => waiting.delete(request));
    failed.forEach(({ handler }) => handler.onResponseError(undefined, error));
    this.update();
  }
}
