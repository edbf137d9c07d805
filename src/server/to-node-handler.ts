import { fromEvent } from 'rxjs';
import { check } from '../util/check.js';
import { isGone, type NodeRequest, type NodeResponse } from './node-exchange.js';
import { readRequest } from './read-request.js';
import { writeResponse } from './write-response.js';

/** What a runtime lends a {@link WebHandler}. */
export interface HandlerContext {
  /** Keeps the program alive until the promise is settled, on runtimes that would stop it after the response. */
  readonly waitUntil?: ((promise: Promise<unknown>) => void) | undefined;
}

/** Answers web requests, as Hono, Deno, Bun and Workers call it. */
export type WebHandler = (request: Request, context: HandlerContext) => Response | Promise<Response>;

/**
 * Converts a handler of web requests to one of `node:http`, Express, and the compatible API of `node:http2`.
 *
 * Of the address the request has the path and the query only, never `Host`. A body that a parser has read is taken from
 * `request.body`. The answer is written as fast as the socket takes it. A client that leaves aborts `request.signal` and
 * cancels the body of the answer. An error of the handler is answered with 500 without a text, and a request that a web
 * request cannot express with 400.
 *
 * @throws TypeError if `handle` is not a function.
 */
export function toNodeHandler(handle: WebHandler): (request: NodeRequest, response: NodeResponse) => void {
  check(typeof handle === 'function', 'handle', 'a function that takes a Request, such as relay(…)', handle);
  return (request, response) => {
    if (isGone(response)) {
      return;
    }
    const left = new AbortController();
    response.addListener('close', () => {
      if (!response.writableEnded) {
        left.abort();
      }
    });
    let asked: Request;
    try {
      asked = readRequest(request, left.signal, fromEvent(response, 'finish'));
    } catch {
      response.statusCode = 400;
      response.end();
      return;
    }
    requests.set(response, asked);
    writeResponse(answer(handle, asked), response);
  };
}

/** Keeps the request of a response: Node aborts its signal only as long as it is not garbage. */
const requests = new WeakMap<NodeResponse, Request>();

/** A handler may throw, too. */
async function answer(handle: WebHandler, request: Request): Promise<Response> {
  return handle(request, {});
}
