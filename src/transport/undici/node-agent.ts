/*
 * All code that depends on undici's private modules. They may change in any release, so package.json pins the version.
 */
import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import buildConnector from 'undici/lib/core/connect.js';
import Client from 'undici/lib/dispatcher/client.js';
import type {
  AnswerHandler,
  Connection,
  ConnectionOwner,
  PooledRequest,
  RawHeaders,
  RequestController,
} from './connection.js';
import type { OpenConnection } from './proxy.js';

/** Creates a function that opens connections, and offers HTTP/2 in those over TLS if `allowH2` is set. */
export function createConnector(options: { readonly allowH2: boolean; readonly ca?: string }): OpenConnection {
  return buildConnector(options);
}

/**
 * Sends requests in turn over one HTTP/1.1 connection. undici's client would open another when it closes, and when the only
 * request that waits for it is aborted; this one gives the request back instead.
 */
export class Http1Connection implements Connection {
  readonly maxStreams = 1;
  room = 1;
  private readonly client: InstanceType<typeof Client>;
  private readonly owner: ConnectionOwner;
  private isClosed = false;

  constructor(socket: Socket, origin: URL, owner: ConnectionOwner) {
    this.owner = owner;
    let unused: Socket | null = socket;
    const close = (): void => {
      this.isClosed = true;
      this.room = 0;
      owner.onClosing(this);
    };
    this.client = new Client(origin, {
      bodyTimeout: 0,
      headersTimeout: 0,
      connect: (_target, callback) => {
        const connected = unused;
        unused = null;
        // undici does not expect the callback before this function has returned. Fake timers hold up queueMicrotask.
        void Promise.resolve().then(() =>
          connected === null ? callback(closedBefore, null) : callback(null, connected),
        );
      },
    })
      // A turn after an answer has ended, since servers close connections that they said they would keep.
      .on('drain', () => this.becomeFree())
      .on('disconnect', close)
      .on('connectionError', close);
  }

  send(request: PooledRequest): void {
    this.room = 0;
    this.client.dispatch(request.options, new Http1Answer(request, this.owner));
  }

  private becomeFree(): void {
    if (!this.isClosed) {
      this.room = 1;
      this.owner.onRoom(this);
    }
  }
}

/** What undici is told when it asks for another connection than the one there was. */
const closedBefore = new Error('The connection had closed');

class Http1Answer implements Dispatcher.DispatchHandler {
  private readonly handler: AnswerHandler;
  private readonly owner: ConnectionOwner;
  /** The request, until its answer begins. */
  private request: PooledRequest | undefined;

  constructor(request: PooledRequest, owner: ConnectionOwner) {
    this.handler = request.handler;
    this.owner = owner;
    this.request = request;
  }

  onRequestStart(controller: RequestController): void {
    this.handler.onRequestStart(controller);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: RawHeaders): void {
    // It would be kept as long as the answer lasts.
    controller.rawHeaders = null;
    this.request = undefined;
    this.handler.onResponseStart(undefined, status, headers);
  }

  onResponseData(_controller: unknown, bytes: Uint8Array): void {
    this.handler.onResponseData(undefined, bytes);
  }

  onResponseEnd(): void {
    this.handler.onResponseEnd();
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (error === closedBefore && this.request !== undefined) {
      this.owner.onUnsent(this.request);
    } else {
      this.handler.onResponseError(undefined, error);
    }
  }
}
