import { validateHeaderName, validateHeaderValue } from 'node:http';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type OutgoingHttpHeaders,
  type Settings,
} from 'node:http2';
import type { Socket } from 'node:net';
import type {
  AnswerHandler,
  Connection,
  ConnectionOwner,
  DispatchOptions,
  PooledRequest,
  RequestController,
} from './connection.js';

/** How many bytes a server may send before they are read. Answers are never held up, so a lower limit would only slow them. */
const streamWindow = 1024 * 1024;
const sessionWindow = 64 * streamWindow;

/** The number of streams that stands for no limit. */
const noLimit = 2 ** 32 - 1;

/** How long a connection without streams is kept, in milliseconds. */
const idleTime = 10_000;

/** Sends requests over one HTTP/2 connection, as many at a time as the server takes. */
export class Http2Connection implements Connection {
  maxStreams: number | undefined;
  private readonly session: ClientHttp2Session;
  private readonly authority: string;
  private readonly owner: ConnectionOwner;
  private streams = 0;
  private idleTimer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, origin: URL, owner: ConnectionOwner) {
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
    return closed || destroyed ? 0 : Math.max(0, (this.maxStreams ?? 1) - this.streams);
  }

  send(request: PooledRequest): void {
    const { options, handler } = request;
    let stream: ClientHttp2Stream;
    try {
      stream = this.session.request(toHeaders(options, this.authority), { endStream: options.body === null });
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

  /** Called when a stream has closed. */
  onClosed(): void {
    this.streams -= 1;
    if (this.streams === 0 && !this.session.destroyed) {
      this.becomeIdle();
    }
    this.owner.onRoom(this);
  }

  /** Called when the server refused to process a request for the first time. */
  onRefused(request: PooledRequest): void {
    request.refused = true;
    this.owner.onUnsent(request);
  }

  private becomeIdle(): void {
    this.session.unref();
    this.idleTimer = setTimeout(() => {
      this.owner.onClosing(this);
      this.session.close();
    }, idleTime).unref();
  }
}

const answerOf = Symbol('answer');

interface AnswerStream extends ClientHttp2Stream {
  [answerOf]?: Http2Answer;
}

/** An answer as it arrives. All streams share their listeners, since closures would take more memory than all else here. */
class Http2Answer implements RequestController {
  private readonly stream: ClientHttp2Stream;
  private readonly connection: Http2Connection;
  private readonly handler: AnswerHandler;
  /** The request, until its answer begins. */
  private request: PooledRequest | undefined;
  private settled = false;

  constructor(stream: AnswerStream, connection: Http2Connection, request: PooledRequest) {
    this.stream = stream;
    this.connection = connection;
    this.handler = request.handler;
    this.request = request;
    stream[answerOf] = this;
    stream.on('response', onResponse).on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  }

  abort(): void {
    if (!this.settled) {
      this.settled = true;
      this.stream.close(constants.NGHTTP2_CANCEL);
    }
  }

  begin(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): void {
    this.request = undefined;
    const { ':status': status = 0, ...fields } = headers;
    this.handler.onResponseStart(undefined, status, fields);
  }

  read(bytes: Uint8Array): void {
    this.handler.onResponseData(undefined, bytes);
  }

  end(): void {
    // Node also ends the stream when it was reset, or when its connection closed.
    if (this.request === undefined && !this.settled && this.stream.rstCode === constants.NGHTTP2_NO_ERROR) {
      this.settled = true;
      this.handler.onResponseEnd();
    }
  }

  fail(error: Error): void {
    if (this.settled) {
      return;
    }
    this.settled = true;
    const isRefused = this.stream.rstCode === constants.NGHTTP2_REFUSED_STREAM;
    if (isRefused && this.request?.refused === false) {
      this.connection.onRefused(this.request);
    } else {
      this.handler.onResponseError(undefined, error);
    }
  }

  close(): void {
    if (!this.settled) {
      this.fail(this.stream.session?.destroyed === false ? resetError() : closedError());
    }
    this.connection.onClosed();
  }
}

function onResponse(this: AnswerStream, headers: IncomingHttpHeaders & IncomingHttpStatusHeader): void {
  this[answerOf]?.begin(headers);
}

function onData(this: AnswerStream, bytes: Uint8Array): void {
  this[answerOf]?.read(bytes);
}

function onEnd(this: AnswerStream): void {
  this[answerOf]?.end();
}

function onError(this: AnswerStream, error: Error): void {
  this[answerOf]?.fail(error);
}

function onClose(this: AnswerStream): void {
  this[answerOf]?.close();
}

/** Headers that belong to a connection of HTTP/1.1, which `node:http2` refuses. */
const connectionHeaders: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** @throws {TypeError} If a header cannot be sent. For the name of one, Node 20 would end the connection and all its streams. */
function toHeaders({ method, path, headers, body }: DispatchOptions, authority: string): OutgoingHttpHeaders {
  const sent: Record<string, string | number> = {
    [constants.HTTP2_HEADER_METHOD]: method,
    [constants.HTTP2_HEADER_PATH]: path,
    [constants.HTTP2_HEADER_AUTHORITY]: authority,
  };
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    const key = name.toLowerCase();
    if (key === 'host') {
      sent[constants.HTTP2_HEADER_AUTHORITY] = value;
    } else if (!connectionHeaders.has(key)) {
      sent[key] = value;
    }
  }
  if (body !== null) {
    sent[constants.HTTP2_HEADER_CONTENT_LENGTH] = Buffer.byteLength(body);
  }
  return sent;
}

function closedError(): Error {
  return Object.assign(new Error('The HTTP/2 connection was closed'), { code: 'ECONNRESET' });
}

function resetError(): Error {
  return Object.assign(new Error('The HTTP/2 stream was reset'), { code: 'ERR_HTTP2_STREAM_ERROR' });
}
