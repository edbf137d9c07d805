/** A listener of a {@link NodeEmitter}. */
type Listener = (...values: unknown[]) => void;

/** What emits events in Node. */
interface NodeEmitter {
  addListener(event: string, listener: Listener): object;
  on(event: string, listener: Listener): object;
  removeListener(event: string, listener: Listener): object;
}

/**
 * A request of `node:http`, of the compatible API of `node:http2`, or of Express and the like, of which no type is imported:
 * the types of this entry must not need those of Node.
 */
export interface NodeRequest extends NodeEmitter {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  readonly readableDidRead: boolean;
  readonly readableEnded: boolean;
  pause(): unknown;
  resume(): unknown;
}

/** The response of a {@link NodeRequest}. */
export interface NodeResponse extends NodeEmitter, Readonly<Record<'req', Pick<NodeRequest, 'method'>>> {
  statusCode: number;
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  /** Only over HTTP/1. */
  readonly destroyed?: boolean | undefined;
  /** Only over HTTP/2. */
  readonly stream?: { readonly destroyed: boolean } | undefined;
  setHeader(name: string, value: string): unknown;
  appendHeader(name: string, value: string): unknown;
  /** The types of HTTP/2 lack it. */
  flushHeaders?(): void;
  write(piece: Uint8Array): boolean;
  end(): unknown;
  destroy(error?: Error): unknown;
}

/** Whether the connection of a response, or over HTTP/2 its stream, is gone. */
export function isGone({ stream, destroyed }: NodeResponse): boolean {
  return (stream ?? { destroyed }).destroyed === true;
}
