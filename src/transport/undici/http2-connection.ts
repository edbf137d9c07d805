import { validateHeaderName, validateHeaderValue } from 'node:http';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
  type Settings,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { Connection, ConnectionOwner, DispatchOptions, PooledRequest, RawHeaders } from './connection.js';

/** How many bytes a server may send before they are read. Answers are never held up, so a lower limit would only slow them. */
const streamWindow = 1024 * 1024;
const sessionWindow = 64 * streamWindow;

/** How long a connection without streams is kept, in milliseconds. */
const idleTime = 10_000;

/** Sends requests over one HTTP/2 connection, as many at a time as the server takes. */
export class Http2Connection implements Connection {
  maxStreams: number | undefined;
  private readonly session: ClientHttp2Session;
  private readonly owner: ConnectionOwner;
  private streams = 0;
  private idleTimer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, origin: URL, owner: ConnectionOwner) {
    this.owner = owner;
    const close = (): void => owner.onClosing(this);
    this.session = connect(origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: streamWindow },
    })
      .on('remoteSettings', ({ maxConcurrentStreams }: Settings) => {
        this.maxStreams = maxConcurrentStreams ?? Infinity;
        owner.onRoom(this);
      })
      .on('goaway', close)
      .on('close', close)
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
      stream = this.session.request(toHeaders(options), { endStream: options.body === null });
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
    let settled = false;
    let answered = false;
    const fail = (error: Error): void => {
      if (settled) {
        return;
      }
      settled = true;
      if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM && !answered && !request.refused) {
        request.refused = true;
        this.owner.onUnsent(request);
      } else {
        handler.onResponseError(undefined, error);
      }
    };
    stream
      .on('response', (headers) => {
        answered = true;
        handler.onResponseStart(undefined, headers[':status'] ?? 0, withoutStatus(headers));
      })
      .on('data', (bytes: Uint8Array) => handler.onResponseData(undefined, bytes))
      .on('end', () => {
        // Node also ends the stream when it was reset, or when its connection closed.
        if (answered && !settled && stream.rstCode === constants.NGHTTP2_NO_ERROR) {
          settled = true;
          handler.onResponseEnd();
        }
      })
      .on('error', fail)
      .on('close', () => {
        fail(this.session.destroyed ? closedError() : resetError());
        this.onStreamClosed();
      });
    handler.onRequestStart({
      abort: () => {
        settled = true;
        stream.close(constants.NGHTTP2_CANCEL);
      },
    });
    if (options.body !== null) {
      stream.end(options.body);
    }
  }

  private onStreamClosed(): void {
    this.streams -= 1;
    if (this.streams === 0) {
      this.becomeIdle();
    }
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
function toHeaders({ method, path, origin, headers, body }: DispatchOptions): OutgoingHttpHeaders {
  const sent: Record<string, string | number> = {
    [constants.HTTP2_HEADER_METHOD]: method,
    [constants.HTTP2_HEADER_PATH]: path,
    [constants.HTTP2_HEADER_AUTHORITY]: new URL(origin).host,
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

function withoutStatus({ [constants.HTTP2_HEADER_STATUS]: _status, ...headers }: RawHeaders): RawHeaders {
  return headers;
}

function closedError(): Error {
  return Object.assign(new Error('The HTTP/2 connection was closed'), { code: 'ECONNRESET' });
}

function resetError(): Error {
  return Object.assign(new Error('The HTTP/2 stream was reset'), { code: 'ERR_HTTP2_STREAM_ERROR' });
}
