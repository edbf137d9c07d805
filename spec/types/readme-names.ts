import type { AsyncLocalStorage } from 'node:async_hooks';
import type { InjectionToken, Type } from '@angular/core';
import type { Observable } from 'rxjs';
import type { Dispatcher } from 'undici';
import type {
  ChatCompletionRequest,
  ChatMessage,
  Client,
  Interceptor,
  Message,
  RunnableTool,
  Tool,
  TransportRequest,
  Turn,
} from '../../src/index.js';
import type { Authorize, HandlerContext, RelaySession } from '../../src/server/index.js';

export { Component, inject, signal } from '@angular/core';
export { rxResource, toObservable, toSignal } from '@angular/core/rxjs-interop';
export { bootstrapApplication } from '@angular/platform-browser';
export type { ObservableInput } from 'rxjs';
export { fromFetch } from 'rxjs/fetch';
export { TestScheduler } from 'rxjs/testing';

// Names of the reader's application that the README uses. They have types only.
export declare const client: Client;
export declare const model: string;
export declare const fast: string;
export declare const cheap: string;
export declare const messages: readonly ChatMessage[];
export declare const request: ChatCompletionRequest;
export declare const tools: readonly Tool[];
export declare const weather: RunnableTool;
export declare function run(tool: string, json: string): string;

export declare const id: string;
export declare const streamId: string;
export declare const after: number;

export declare const prompt: string;
export declare const prompts: readonly string[];
export declare const input: Observable<string>;

export declare function print(text: string): void;
export declare function append(text: string): void;
export declare function show(text: string): void;
export declare function render(message: Message): void;
export declare function draw(turns: readonly Turn[]): void;
export declare function log(...values: readonly unknown[]): void;
export declare function showCountdown(delay: number): void;
export declare const askToTopUp: string;

export declare const endpoint: string;
export declare const name: string;
export declare const version: string;
export declare const key: string;
export declare const url: string;
export declare const store: AsyncLocalStorage<{ readonly key: string }>;
export declare const pool: Dispatcher;
export declare const myFetch: typeof globalThis.fetch;
export declare function fetchToken(): Promise<string>;
export declare function refresh(): Observable<string>;
export declare function sign(request: TransportRequest, token: string): TransportRequest;
export declare const withFreshToken: Interceptor;

export declare const authorize: Authorize<RelaySession>;
export declare function handle(request: Request, context?: HandlerContext): Promise<Response>;
export declare function sessionOf(cookie: string | null): Promise<{ readonly userId: string } | undefined>;
export declare function isPaying(user: string): boolean;

export declare const App: Type<unknown>;
export declare const SETTINGS: InjectionToken<{ readonly relay: string }>;
