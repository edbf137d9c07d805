import { type ClientHttp2Session, type ClientHttp2Stream, connect, type Settings } from 'node:http2';
import type { Socket } from 'node:net';
import type { Connection, ConnectionOwner, PooledRequest } from './connection.js';
import { failure, Http2Answer } from './http2-answer.js';
import { toHttp2Headers } from './http2-headers.js';

/** How many bytes a server may send before they are read. Answers are never held up, so a lower limit would only slow them. */
const streamWindow = 1024 * 1024;
const sessionWindow = 64 * streamWindow;

/** The number of streams that stands for no limit. */
const noLimit = 2 ** 32 - 1;

/** How long a connection without streams is kept, in milliseconds. */
const idleTime = 10_000;

/** How long nothing may arrive around an abort before the server is asked for a sign of life, in milliseconds. */
const quietTime = 5_000;

/** How long a server has to answer a ping, in milliseconds. It may stand still for a while, and its answers with it. */
const pingTime = 15_000;

/**
 * Sends requests over one HTTP/2 connection, as many at a time as the server takes. Since TCP tells of a server that has
 * vanished after many minutes only, silence after an abort makes it ask for a sign of life.
 */
export class Http2Connection implements Connection {
  maxStreams: number | undefined;
  private readonly session: ClientHttp2Session;
  private readonly socket: Socket;
  private readonly authority: string;
  private readonly owner: ConnectionOwner;
  private streams = 0;
  private idleTimer: NodeJS.Timeout | undefined;
  private watch: NodeJS.Timeout | undefined;
  /** Whether further requests should take another connection until the ping is answered. */
  private isDoubtful = false;

  constructor(socket: Socket, origin: URL, owner: ConnectionOwner) {
    this.socket = socket;
    this.authority = origin.host;
    this.owner = owner;
    const close = (): void => owner.onClosing(this);
    this.session = connect(origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: streamWindow },
      // By default Node resets streams itself: those answered while 10 MB wait to be sent, and those with 128 headers.
      // The first of these limits is in megabytes.
      maxSessionMemory: 1_000_000,
      maxHeaderListPairs: 2_000,
    })
      .on('remoteSettings', ({ maxConcurrentStreams }: Settings) => {
        this.maxStreams = maxConcurrentStreams ?? noLimit;
        owner.onRoom(this);
      })
      .on('goaway', close)
      .on('close', () => {
        clearTimeout(this.idleTimer);
        close();
      })
      // The streams report it.
      .on('error', close);
    this.session.setLocalWindowSize(sessionWindow);
    this.becomeIdle();
  }

  /** The first request need not wait for the settings of the server. */
  get room(): number {
    const { closed, destroyed } = this.session;
    return closed || destroyed || this.isDoubtful ? 0 : Math.max(0, (this.maxStreams ?? 1) - this.streams);
  }

  send(request: PooledRequest): void {
    const { options, handler } = request;
    let stream: ClientHttp2Stream;
    try {
      stream = this.session.request(toHttp2Headers(options, this.authority), { endStream: options.body === null });
    } catch (error) {
      // Of a header that cannot be sent.
      handler.onResponseError(undefined, error);
      return;
    }
    if (this.streams === 0) {
      clearTimeout(this.idleTimer);
      this.session.ref();
    }
    this.streams += 1;
    handler.onRequestStart(new Http2Answer(stream, this, request));
    if (options.body !== null) {
      stream.end(options.body);
    }
  }

  onClosed(): void {
    this.streams -= 1;
    if (this.streams === 0 && !this.session.destroyed) {
      this.becomeIdle();
    }
    this.owner.onRoom(this);
  }

  onRefused(request: PooledRequest): void {
    request.refused = true;
    this.owner.onUnsent(request);
  }

  onAborted(waited: number): void {
    if (this.session.destroyed) {
      return;
    }
    this.isDoubtful ||= waited >= quietTime;
    if (this.watch === undefined && this.isDoubtful) {
      this.ping();
    } else {
      this.watch ??= this.unlessHeard(quietTime, () => this.ping());
    }
  }

  private ping(): void {
    this.session.ping(() => this.trust());
    this.watch = this.unlessHeard(pingTime, () => {
      this.session.destroy(failure('The HTTP/2 connection no longer answers', 'ETIMEDOUT'));
    });
  }

  /** Acts after a time in which nothing at all has arrived. */
  private unlessHeard(time: number, act: () => void): NodeJS.Timeout {
    const { bytesRead } = this.socket;
    const judge = (): void => {
      if (this.socket.bytesRead === bytesRead) {
        act();
      } else {
        this.trust();
      }
    };
    // A turn later, since a process that was busy or asleep has yet to read what has arrived.
    return setTimeout(() => setImmediate(judge), time).unref();
  }

  private trust(): void {
    clearTimeout(this.watch);
    this.watch = undefined;
    this.isDoubtful = false;
    this.owner.onRoom(this);
  }

  private becomeIdle(): void {
    this.session.unref();
    this.idleTimer = setTimeout(() => {
      this.owner.onClosing(this);
      this.session.close();
    }, idleTime).unref();
  }
}
