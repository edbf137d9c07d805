/* The names of an application that README's section on relays uses. */
import type { AddressInfo, Server } from 'node:net';
import { Subject } from 'rxjs';
import { type ChatCompletionRequest, createClient } from 'rxllm';
import { relay } from 'rxllm/server';

export const model = 'gpt-4o-mini';
export const messages = [{ role: 'user', content: 'Hi' }] as const;
export const request: ChatCompletionRequest = { model, messages };
export const url = 'redis://127.0.0.1';

export const client = createClient();
export const authorize = (asked: Request) =>
  asked.headers.get('cookie') === 'session=ada' ? { user: 'ada' } : undefined;
export const handle = relay({ client, authorize, models: [model] });

export const sessionOf = (cookie: string | null) =>
  Promise.resolve(cookie === null ? undefined : { userId: cookie.replace('session=', '') });
export const isPaying = (user: string) => user !== '';
export declare function show(text: string): void;
export declare function log(...values: readonly unknown[]): void;

/** The servers that the examples start, and their ports. */
export const started = new Subject<{ server: Server; port: number }>();

export function announce(this: Server) {
  started.next({ server: this, port: (this.address() as AddressInfo).port });
}
