import { type ClientHttp2Stream, constants, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from 'node:http2';
import type { AnswerHandler, PooledRequest, RequestController } from './connection.js';

/** The connection of a stream. */
interface StreamOwner {
  /** Called when a stream has closed. */
  readonly onClosed: () => void;
  /** Called when a stream was aborted. `waited`: milliseconds without an answer; 0 if the answer had begun. */
  readonly onAborted: (waited: number) => void;
  /** Called when the server refused to process a request for the first time. */
  readonly onRefused: (request: PooledRequest) => void;
}

const answerOf = Symbol('answer');

interface AnswerStream extends ClientHttp2Stream {
  [answerOf]?: Http2Answer;
}

/** An answer as it arrives. All streams share their listeners, since closures would take more memory than all else here. */
export class Http2Answer implements RequestController {
  private readonly stream: ClientHttp2Stream;
  private readonly owner: StreamOwner;
  readonly handler: AnswerHandler;
  /** The request, until its answer begins. */
  private request: PooledRequest | undefined;
  private settled = false;
  private readonly sent = Date.now();

  constructor(stream: AnswerStream, owner: StreamOwner, request: PooledRequest) {
    this.stream = stream;
    this.owner = owner;
    this.handler = request.handler;
    this.request = request;
    stream[answerOf] = this;
    stream.on('response', onResponse).on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  }

  abort(): void {
    if (!this.settled) {
      this.settled = true;
      this.stream.close(constants.NGHTTP2_CANCEL);
      this.owner.onAborted(this.request === undefined ? 0 : Date.now() - this.sent);
    }
  }

  begin(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): void {
    this.request = undefined;
    const { ':status': status = 0, ...fields } = headers;
    this.handler.onResponseStart(undefined, status, fields);
  }

  end(): void {
    // Node also ends the stream when it was reset, or when its connection closed. A reset with NO_ERROR cannot be told apart.
    if (this.request === undefined && !this.settled && this.stream.rstCode === constants.NGHTTP2_NO_ERROR) {
      this.settled = true;
      this.handler.onResponseEnd();
    }
  }

  /**
   * Reports a failure, unless the request can be sent again. One that was not processed might be sent again after a GOAWAY
   * with ENHANCE_YOUR_CALM, too (RFC 9113, 8.7), but such a server asks for fewer requests: when to retry is left to the caller.
   */
  fail(error: Error): void {
    if (this.settled) {
      return;
    }
    this.settled = true;
    const { rstCode } = this.stream;
    if (rstCode === constants.NGHTTP2_REFUSED_STREAM && this.request?.refused === false) {
      this.owner.onRefused(this.request);
    } else {
      const asksForCalm = rstCode === constants.NGHTTP2_ENHANCE_YOUR_CALM;
      const reason = asksForCalm ? failure('The server asks for fewer requests', 'ENHANCE_YOUR_CALM') : error;
      this.handler.onResponseError(undefined, reason);
    }
  }

  close(): void {
    if (!this.settled) {
      this.fail(failure('The HTTP/2 stream was closed before its answer had ended', 'ECONNRESET'));
    }
    this.owner.onClosed();
  }
}

function onResponse(this: AnswerStream, headers: IncomingHttpHeaders & IncomingHttpStatusHeader): void {
  this[answerOf]?.begin(headers);
}

function onData(this: AnswerStream, bytes: Uint8Array): void {
  this[answerOf]?.handler.onResponseData(undefined, bytes);
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

/** Creates an error with a code, which tells what kind of failure it is. */
export function failure(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}
