import { type LoopbackServer, type ServedExchange, startServer } from './loopback.js';

/** How the relay answers its exchanges, by their place: the `POST` first, then each `GET`. The last script is repeated. */
export interface RelayScript {
  /** The last event that is sent before the exchange is cut; left out for one that is not. */
  readonly until?: number;
  /** How it is cut. Default `reset`. */
  readonly cut?: 'reset' | 'end' | 'silence';
  /** Answers in place of the relay. */
  readonly answer?: (served: ServedExchange) => void;
}

/** A relay on this machine that keeps one stream, and what it was asked. */
export interface SmallRelay {
  readonly baseURL: string;
  readonly id: string;
  /** Method and path of each request, with the `Last-Event-ID` of a `GET`. */
  readonly requests: readonly string[];
  /** The requests as they were served. */
  readonly served: readonly ServedExchange[];
  /** Called with what reached the client, since a reset destroys what is on its way. */
  readonly reached: (what: 'head' | 'value') => void;
}

/** The headers of an event stream that a relay keeps. */
export const relayHead = (id: string): Readonly<Record<string, string>> => ({
  'content-type': 'text/event-stream',
  'x-stream-id': id,
});

/** Formats an event of a relay. */
export function relayEvent(data: unknown, id: number | string): string {
  return `id: ${id}\ndata: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

/** Starts a relay that numbers these events from 1, keeps them, and cuts connections where the scripts say so. */
export async function startRelay(
  events: readonly unknown[],
  scripts: readonly RelayScript[] = [{}],
  id = 'stream_0123456789',
): Promise<SmallRelay> {
  const requests: string[] = [];
  const all: ServedExchange[] = [];
  let exchanges = 0;
  let pending: { readonly served: ServedExchange; left: number } | undefined;
  const stream = (served: ServedExchange, after: number, { until, cut = 'reset' }: RelayScript): void => {
    if (after >= events.length) {
      served.head(204);
      served.end();
      return;
    }
    served.head(200, relayHead(id));
    const last = until ?? events.length;
    served.write(
      events
        .slice(after, last)
        .map((data, index) => relayEvent(data, after + index + 1))
        .join('') || ': begun\n\n',
    );
    if (until === undefined || cut === 'end') {
      served.end();
    } else if (cut === 'reset') {
      pending = { served, left: last - after };
    }
  };
  const reached = (what: 'head' | 'value'): void => {
    if (pending !== undefined) {
      pending.left -= what === 'value' ? 1 : 0;
      if (pending.left === 0) {
        pending.served.reset();
        pending = undefined;
      }
    }
  };
  const server: LoopbackServer = await startServer({
    answer: (served) => {
      const { method, headers, path } = served;
      const last = headers['last-event-id'];
      requests.push(`${method} ${path}${last === undefined ? '' : ` after ${String(last)}`}`);
      all.push(served);
      if (method === 'DELETE') {
        served.head(204);
        served.end();
        return;
      }
      const script = scripts[Math.min(exchanges, scripts.length - 1)] ?? {};
      exchanges += 1;
      if (script.answer === undefined) {
        stream(served, Number(last ?? 0), script);
      } else {
        script.answer(served);
      }
    },
  });
  return { baseURL: `${server.url}/v1`, id, requests, served: all, reached };
}
