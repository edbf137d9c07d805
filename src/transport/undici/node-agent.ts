/*
 * All code that depends on undici's private modules. They may change in any release, so package.json pins the version.
 */
import type { Client as UndiciClient, Dispatcher } from 'undici';
import buildConnector from 'undici/lib/core/connect.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import Client from 'undici/lib/dispatcher/client.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import { captureContext } from '../async-context.js';
import { connectThrough, type OpenConnection, type Proxy } from './proxy.js';

/** The headers of an answer as undici gives them. */
export type RawHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Called with the answer to a request as it arrives. */
interface AnswerHandler {
  /** Called for informational responses, too. */
  readonly head: (status: number, headers: RawHeaders) => void;
  readonly data: (bytes: Uint8Array) => void;
  readonly end: () => void;
  readonly error: (error: unknown) => void;
}

/**
 * Dispatches a request and returns a function that aborts it, whether it is waiting for a connection or being answered.
 * Aborting a request of a {@link sharedAgent} also cancels a connection attempt that no other request needs. Call the
 * function after the exchange has ended, too.
 *
 * The handler is called in the async context of the caller, whereas undici is in that of whoever opened the connection.
 */
export function dispatch(
  options: Dispatcher.DispatchOptions,
  { head, data, end, error }: AnswerHandler,
  dispatcher: Dispatcher,
): () => void {
  const run = captureContext();
  let controller: Dispatcher.DispatchController | undefined;
  let withdraw: (() => void) | undefined;
  let aborted = false;
  const abortable: NodeDispatchOptions = { ...options, [onQueued]: (callback) => (withdraw = callback) };
  try {
    dispatcher.dispatch(abortable, {
      onRequestStart: (started) => {
        controller = started;
        if (aborted) {
          started.abort(abortReason());
        }
      },
      onResponseStart: (_controller, status, headers) => run(head, status, headers),
      onResponseData: (_controller, bytes) => run(data, bytes),
      onResponseEnd: () => run(end),
      onResponseError: (_controller, reason) => run(error, reason),
    });
  } catch (reason) {
    // A dispatcher of undici 6 throws, since it expects a handler of another form.
    error(reason);
  }
  return () => {
    aborted = true;
    withdraw?.();
    controller?.abort(abortReason());
  };
}

/** Names the option through which a {@link NodeClient} hands out the function that withdraws a request from it. */
const onQueued = Symbol('onQueued');

interface NodeDispatchOptions extends Dispatcher.DispatchOptions {
  readonly [onQueued]?: (withdraw: () => void) => void;
}

const agents = new Map<string | undefined, Dispatcher>();

/** Returns the agent for a proxy, or for no proxy, which all clients of the process share. */
export function sharedAgent(proxy?: Proxy): Dispatcher {
  const key = JSON.stringify(proxy);
  const agent = agents.get(key) ?? createAgent(proxy);
  agents.set(key, agent);
  return agent;
}

function createAgent(proxy: Proxy | undefined): Dispatcher {
  // undici 7 breaks every answer of an HTTP/2 connection whose server asks for no further requests on it.
  const direct = buildConnector({ allowH2: false });
  const connect = proxy === undefined ? direct : connectThrough(proxy, direct);
  return new Agent({
    bodyTimeout: 0,
    headersTimeout: 0,
    allowH2: false,
    factory: (server, settings: object) =>
      new Pool(server, { ...settings, factory: (origin, options) => new NodeClient(origin, options, connect) }),
  });
}

/**
 * A connection to a server, opened only while a request wants it. undici's own client closes the connection of an aborted
 * request, but leaves the request in its queue and opens another connection for it, which then stays idle.
 */
class NodeClient extends Client {
  private readonly wanted = new Set<Dispatcher.DispatchOptions>();
  private connecting: ReturnType<OpenConnection> | undefined;

  constructor(origin: URL, options: UndiciClient.Options, connect: OpenConnection) {
    super(origin, {
      ...options,
      connect: (target, callback) => {
        if (this.wanted.size === 0) {
          // undici does not expect the callback before this function has returned.
          queueMicrotask(() => callback(abortReason(), null));
          return;
        }
        this.connecting = connect(target, (...outcome) => {
          this.connecting = undefined;
          callback(...outcome);
        });
      },
    });
  }

  override dispatch(options: NodeDispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.wanted.add(options);
    options[onQueued]?.(() => {
      this.wanted.delete(options);
      if (this.wanted.size === 0) {
        this.connecting?.destroy(abortReason());
      }
    });
    return super.dispatch(options, handler);
  }
}

function abortReason(): Error {
  return new Error('unsubscribed');
}
