import { VirtualAction, VirtualTimeScheduler } from 'rxjs';
import { memoryLog, relay, type RelayConfig, type StreamLog } from '../../src/server/index.js';

/** A relay under test, and its time. */
export interface RelayBed {
  readonly clock: VirtualTimeScheduler;
  readonly log: StreamLog;
  /** Lets time pass, and what is on its way arrive. */
  readonly pass: (milliseconds: number) => Promise<void>;
  readonly begin: (asked?: Asked) => Promise<Response>;
  readonly resume: (response: Response, after?: string, asked?: Asked) => Promise<Response>;
  readonly stop: (response: Response, asked?: Asked) => Promise<Response>;
  /** Another relay: on the same log object, or on another node that shares the log. */
  readonly beside: (place: 'here' | 'elsewhere') => RelayBed;
}

interface Asked {
  readonly path?: string;
  readonly body?: object;
  readonly user?: string;
  readonly signal?: AbortSignal;
  readonly waitUntil?: (promise: Promise<unknown>) => void;
}

/** Creates a relay whose log and waits are in virtual time. */
export function createBed(
  config: Partial<RelayConfig> & Pick<RelayConfig, 'client'>,
  clock = new VirtualTimeScheduler(VirtualAction, 0),
): RelayBed {
  const { log = memoryLog({ scheduler: clock }) } = config;
  const authorize = ({ headers }: Request) => ({ user: headers.get('x-user') ?? 'ann' });
  const settings = { authorize, models: () => true, scheduler: clock, ...config, log };
  const handle = relay(settings);
  const ask = (method: string, path: string, { user = 'ann', signal }: Asked, init: RequestInit = {}): Request =>
    new Request(`http://localhost/v1/${path}`, {
      method,
      ...(signal && { signal }),
      ...init,
      headers: { 'x-user': user, ...(init.headers as Record<string, string> | undefined) },
    });
  const streamOf = ({ headers }: Response): string => `streams/${headers.get('x-stream-id')}`;
  return {
    clock,
    log,
    pass: async (milliseconds) => {
      await turn();
      clock.maxFrames = clock.frame + milliseconds;
      clock.flush();
      clock.frame = clock.maxFrames;
      await turn();
    },
    begin: (asked = {}) => {
      const { path = 'chat/completions', body = chatBody, waitUntil } = asked;
      const headers = { 'content-type': 'application/json' };
      const request = ask('POST', path, asked, { headers, body: JSON.stringify({ ...body, stream: true }) });
      return handle(request, waitUntil && { waitUntil });
    },
    resume: (response, after, asked = {}) =>
      handle(ask('GET', streamOf(response), asked, after === undefined ? {} : { headers: { 'last-event-id': after } })),
    stop: (response, asked = {}) => handle(ask('DELETE', streamOf(response), asked)),
    beside: (place) => createBed({ ...settings, log: place === 'here' ? log : elsewhere(log) }, clock),
  };
}

/** The events of a piece of a stream: `id data`, or `name data` for those without an id. */
export function eventsIn(text: string): readonly string[] {
  return text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => event.replace(/^event: .*\n(?=id)/u, '').replace(/^id: (.*)\ndata: /u, '$1 '));
}

/** Reads a stream piece by piece. */
export function readerOf(response: Response) {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  return {
    next: async (): Promise<string | undefined> => {
      const { value } = await reader.read();
      return value && decoder.decode(value, { stream: true });
    },
    leave: () => reader.cancel(),
  };
}

/** Waits until what was sent has arrived: real timers batch the events of one moment. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A log as another node sees it. */
function elsewhere(log: StreamLog): StreamLog {
  return {
    append: (...values) => log.append(...values),
    read: (...values) => log.read(...values),
    stop: (...values) => log.stop(...values),
  };
}

export const chatBody = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] };
