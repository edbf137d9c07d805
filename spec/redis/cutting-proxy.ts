import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request as send, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Dice } from '../support/dice.js';

/** Options of a {@link CuttingProxy}. */
export interface CuttingConfig {
  readonly targets: readonly string[];
  readonly seed: number;
  /** How often the connection of each reader is cut. */
  readonly cuts: number;
  /** The number of the last event of each stream. */
  readonly last: number;
}

/** A proxy that gives each request to the next of its targets. */
export interface CuttingProxy {
  readonly url: string;
  /** How often each reader was cut, by its number. */
  readonly cutsOf: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** Where an exchange is cut. */
type Cut = 'before its head' | { readonly event: number };

/**
 * Starts a proxy on this machine that cuts the event streams of readers, which are named by `x-reader`, at random: before
 * the head of a resume, or within an event; by a reset, by an end in the middle of the body, or by one like that of a whole body.
 */
export async function startCuttingProxy({ targets, seed, cuts, last }: CuttingConfig): Promise<CuttingProxy> {
  // A connection that is used again may be closed by its target just then.
  const agent = new Agent({ keepAlive: false });
  const cutsOf = new Map<string, number>();
  const diceOf = new Map<string, Dice>();
  let turn = 0;

  const chooseCut = (reader: string, dice: Dice, { method, headers }: IncomingMessage): Cut | undefined => {
    const left = cuts - (cutsOf.get(reader) ?? 0);
    if (left === 0) {
      return undefined;
    }
    const read = Number(headers['last-event-id'] ?? 0);
    const isLate = read >= last - 1;
    if (method === 'GET' && (isLate || dice.chance(0.2))) {
      return 'before its head';
    }
    // Cuts are spread over what is left; the last event stays, since nobody resumes after it.
    return { event: read + 1 + dice.below(Math.max(1, Math.floor((last - 1 - read) / left))) };
  };

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const target = targets[turn++ % targets.length]!;
    const reader = String(request.headers['x-reader']);
    const dice = diceOf.get(reader) ?? new Dice(seed + Number(reader) * 7919);
    diceOf.set(reader, dice);
    const { method, url, headers } = request;
    const forwarded = send(target + url!, { method: method!, headers, agent }, (answer) => {
      const isStream = answer.statusCode === 200 && method !== 'DELETE';
      const cut = isStream ? chooseCut(reader, dice, request) : undefined;
      const end = (): void => {
        cutsOf.set(reader, (cutsOf.get(reader) ?? 0) + 1);
        answer.destroy();
        const kind = dice.below(3);
        if (kind === 0) {
          response.socket?.resetAndDestroy();
        } else if (kind === 1 || cut === 'before its head') {
          response.socket?.destroySoon();
        } else {
          response.end();
        }
      };
      if (cut === 'before its head') {
        end();
        return;
      }
      response.writeHead(answer.statusCode!, answer.headers).flushHeaders();
      const find = cut === undefined ? () => undefined : findEvent(cut.event, dice);
      answer.on('data', (piece: Buffer) => {
        const place = find(piece);
        response.write(piece.subarray(0, place));
        if (place !== undefined) {
          answer.removeAllListeners('data');
          end();
        }
      });
      answer.on('end', () => response.end()).on('error', () => response.destroy());
    });
    response.on('close', () => forwarded.destroy());
    request.pipe(forwarded.on('error', () => response.destroy()));
  };

  const server = createServer(serve);
  // Only cuts close connections of readers: one that is closed while it is idle may be used again just then.
  server.keepAliveTimeout = 0;
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutsOf,
    close: async () => {
      server.closeAllConnections();
      agent.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Finds a random place within the event with a number, or the first after it, before the line that ends the event. */
function findEvent(number: number, dice: Dice): (piece: Buffer) => number | undefined {
  const overlap = 32;
  let before = '';
  return (piece) => {
    // One character per byte.
    const text = before + piece.toString('latin1');
    for (const { 0: line, 1: id, index } of text.matchAll(/^id: ?(\d+)\n/gmu)) {
      if (Number(id) >= number) {
        const end = text.indexOf('\n\n', index);
        const from = Math.max(0, index - before.length);
        const until = (end === -1 ? text.length : Math.max(index + line.length - 1, end)) - before.length;
        return from + dice.below(Math.max(1, until - from));
      }
    }
    before = text.slice(-overlap);
    return undefined;
  };
}
