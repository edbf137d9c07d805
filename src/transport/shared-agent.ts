import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import buildConnector from 'undici/lib/core/connect.js';
import Agent from 'undici/lib/dispatcher/agent.js';

/** The dispatcher that all clients share, and a way to give up a connection that is still being made. */
export interface SharedAgent {
  readonly dispatcher: Dispatcher;
  /** Says that a request waits for a connection to an origin. */
  readonly expect: (origin: string) => Expectation;
}

/** A request that waits for a connection. Both may be called at any time, and more than once. */
export interface Expectation {
  /** The request has its connection. */
  readonly meet: () => void;
  /** Nobody wants the request any more: connections that nobody else waits for are given up while they are made. */
  readonly drop: () => void;
}

let agent: SharedAgent | undefined;

/** The agent of this process, made when first asked for. */
export function sharedAgent(): SharedAgent {
  return (agent ??= createSharedAgent());
}

function createSharedAgent(): SharedAgent {
  const connect = buildConnector({ allowH2: true });
  const connecting = new Map<string, Set<Socket>>();
  const waiting = new Map<string, number>();

  const dispatcher = new Agent({
    bodyTimeout: 0,
    headersTimeout: 0,
    allowH2: true,
    connect: (options, callback) => {
      const origin = `${options.protocol}//${options.host ?? ''}`;
      const sockets = connecting.get(origin) ?? new Set();
      connecting.set(origin, sockets);
      const socket: Socket = connect(options, (...outcome) => {
        sockets.delete(socket);
        callback(...outcome);
      });
      sockets.add(socket);
    },
  });

  const settle = (origin: string): number => {
    const left = (waiting.get(origin) ?? 1) - 1;
    waiting.set(origin, left);
    return left;
  };

  return {
    dispatcher,
    expect: (origin) => {
      let settled = false;
      waiting.set(origin, (waiting.get(origin) ?? 0) + 1);
      const once = (then: (left: number) => void): void => {
        if (!settled) {
          settled = true;
          then(settle(origin));
        }
      };
      return {
        meet: () => once(() => undefined),
        drop: () =>
          once((left) => {
            if (left === 0) {
              connecting.get(origin)?.forEach((socket) => socket.destroy(new Error('unsubscribed')));
            }
          }),
      };
    },
  };
}
