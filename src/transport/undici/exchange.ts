import { AsyncResource } from 'node:async_hooks';
import type { Subscriber } from 'rxjs';
import type { Dispatcher } from 'undici';
import { toTransportError } from '../to-transport-error.js';
import type { TransportEvent, TransportRequest } from '../transport.js';
import { type Agent, sharedAgent } from './agent.js';
import { type BodyDecoder, type BodySink, createBodyDecoder } from './body-decoder.js';
import { abortReason, type AnswerHandler, type RawHeaders, type RequestController } from './connection.js';
import { environmentProxy, type Proxy, refusal, toProxy } from './proxy.js';

/** How {@link startExchange} sends. */
export interface ExchangeConfig {
  readonly dispatcher: Dispatcher | undefined;
  readonly direct: boolean;
  readonly undecodedBytes: number;
}

/** Sends a request, and passes the answer to a subscriber. Unsubscribing it aborts the exchange. */
export function startExchange(
  request: TransportRequest,
  { dispatcher, direct, undecodedBytes }: ExchangeConfig,
  subscriber: Subscriber<TransportEvent>,
): void {
  const url = new URL(request.url);
  const proxy = dispatcher === undefined && !direct ? environmentProxy(url) : undefined;
  const options = {
    origin: url.origin,
    path: url.pathname + url.search,
    method: request.method,
    // Nothing is decompressed on the way: ask for plain bytes, and decode what comes compressed all the same.
    headers: { 'accept-encoding': 'identity', ...request.headers },
    body: request.body ?? null,
  };
  const exchange = new Exchange(request, subscriber, proxy, undecodedBytes);
  subscriber.add(exchange);
  const agent = (dispatcher as Agent | undefined) ?? sharedAgent(proxy);
  agent.dispatch(proxy === undefined ? options : toProxy(options, proxy), exchange);
}

/**
 * An answer as it arrives. The subscriber is called in the async context in which the exchange was made, whereas a connection
 * calls in that of whoever opened it.
 */
class Exchange extends AsyncResource implements AnswerHandler, BodySink {
  private readonly request: Pick<TransportRequest, 'url' | 'headers'>;
  private readonly subscriber: Subscriber<TransportEvent>;
  private readonly proxy: Proxy | undefined;
  private readonly undecodedBytes: number;
  private controller: RequestController | undefined;
  private decoder: BodyDecoder | undefined;
  private answered = false;

  constructor(
    request: TransportRequest,
    subscriber: Subscriber<TransportEvent>,
    proxy: Proxy | undefined,
    undecodedBytes: number,
  ) {
    super('rxllm');
    this.request = request;
    this.subscriber = subscriber;
    this.proxy = proxy;
    this.undecodedBytes = undecodedBytes;
  }

  onRequestStart(controller: RequestController): void {
    this.controller = controller;
    if (this.subscriber.closed) {
      controller.abort(abortReason);
    }
  }

  onResponseStart(_controller: unknown, status: number, headers: RawHeaders): void {
    // An informational response, such as early hints, precedes the answer.
    if (status >= 200) {
      this.runInAsyncScope(() => this.start(status, headers));
    }
  }

  onResponseData(_controller: unknown, bytes: Uint8Array): void {
    this.runInAsyncScope(write, undefined, this.decoder ?? this, bytes);
  }

  onResponseEnd(): void {
    this.runInAsyncScope(() => (this.decoder ?? this).end());
  }

  onResponseError(_controller: unknown, error: unknown): void {
    this.runInAsyncScope(() => (this.decoder ?? this).fail(error));
  }

  unsubscribe(): void {
    this.decoder?.destroy();
    this.controller?.abort(abortReason);
  }

  write(bytes: Uint8Array): void {
    this.subscriber.next({ type: 'data', bytes });
  }

  end(): void {
    this.subscriber.complete();
  }

  fail(error: unknown): void {
    this.subscriber.error(toTransportError(error, this.request, this.answered));
  }

  private start(status: number, headers: RawHeaders): void {
    if (status === 407 && this.proxy !== undefined) {
      this.fail(refusal(this.proxy, new URL(this.request.url).origin, status));
      return;
    }
    this.answered = true;
    const encoding = [headers['content-encoding'] ?? []].flat().join(', ');
    this.decoder = createBodyDecoder(encoding, this, this.undecodedBytes);
    this.subscriber.next({ type: 'head', status, headers: toHeaders(headers) });
  }
}

/** A function of its own, so that no closure is made per piece. */
function write(sink: BodySink, bytes: Uint8Array): void {
  sink.write(bytes);
}

function toHeaders(raw: RawHeaders): Headers {
  const headers = new Headers();
  for (const [name, value = ''] of Object.entries(raw)) {
    [value].flat().forEach((item) => headers.append(name, item));
  }
  return headers;
}
