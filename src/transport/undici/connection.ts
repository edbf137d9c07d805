/** The headers of an answer as undici and `node:http2` give them. */
export type RawHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** A request as undici's `dispatch` takes it. */
export interface DispatchOptions {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

/** Aborts a request. */
export interface RequestController {
  readonly abort: (reason: Error) => void;
}

/** Receives the answer to a request; undici's `DispatchHandler`, without what is not needed. */
export interface AnswerHandler {
  /** Gives the means to abort the request. Called again when a connection takes the request over. */
  onRequestStart(controller: RequestController): void;
  /** Called for informational responses, too. */
  onResponseStart(controller: unknown, status: number, headers: RawHeaders): void;
  onResponseData(controller: unknown, bytes: Uint8Array): void;
  onResponseEnd(): void;
  onResponseError(controller: unknown, error: unknown): void;
}

/** A request that waits for a connection or is sent over one. */
export interface PooledRequest {
  readonly options: DispatchOptions;
  readonly handler: AnswerHandler;
  /** Whether a server refused to process it. */
  refused: boolean;
}

/** A connection to a server. */
export interface Connection {
  /** How many further requests it takes now. */
  readonly room: number;
  /** How many requests it takes at a time; `undefined` until the server has said so. */
  readonly maxStreams: number | undefined;
  send(request: PooledRequest): void;
}

/** Whom a connection reports to. */
export interface ConnectionOwner {
  /** Called when `room` or `maxStreams` has changed. */
  readonly onRoom: (connection: Connection) => void;
  /** Called once the connection takes no further request. Answers that have begun may go on. */
  readonly onClosing: (connection: Connection) => void;
  /** Called with a request that the server has not processed, and that has to be sent again. */
  readonly onUnsent: (request: PooledRequest) => void;
}

/** What undici and Node are told of a request whose answer nobody waits for. Shared, since each error captures a stack. */
export const abortReason = new Error('unsubscribed');
