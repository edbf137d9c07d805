import type { Socket } from 'node:net';

/** A request as it came over the wire. */
export interface FaultRequest {
  /** The scenario and its parameters: `/cut/17` of `/cut/17/chat/completions`. */
  readonly scenario: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request, and the bare connection on which a scenario answers it. */
export interface FaultExchange {
  readonly request: FaultRequest;
  /** What follows the scenario's name in the path. */
  readonly parameters: readonly string[];
  /** How many requests came to this path, this one counted. */
  readonly attempt: number;
  /** Another origin, to which a scenario may send the client. */
  readonly elsewhere: string;
  /** Writes bytes, and lets the client take them; false once the client has left. */
  readonly send: (bytes: string | Uint8Array) => Promise<boolean>;
  /** Closes the connection in good order, behind some last bytes. */
  readonly end: (bytes?: string | Uint8Array) => void;
  /** Breaks the connection. */
  readonly reset: () => void;
}

/** Answers one request, or does not. */
export type Scenario = (exchange: FaultExchange) => void | Promise<void>;

/** The ways to act on a connection; `leave` is told before the server itself ends it. */
export function actOn(socket: Socket, leave: () => void): Pick<FaultExchange, 'send' | 'end' | 'reset'> {
  return {
    send: async (bytes) => {
      if (!socket.destroyed && !socket.write(bytes)) {
        await new Promise<void>((resolve) => {
          socket.once('drain', resolve).once('close', resolve);
        });
      }
      // One turn to come to where sockets are read, and one to have read them.
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      return !socket.destroyed;
    },
    end: (bytes = '') => {
      leave();
      socket.end(bytes);
    },
    reset: () => {
      leave();
      socket.resetAndDestroy();
    },
  };
}
