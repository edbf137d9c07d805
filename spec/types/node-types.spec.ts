import type { EventEmitter } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { expectTypeOf } from 'expect-type';
import type { sendEventStream, toNodeHandler } from '../../src/server/index.js';

describe('The types of handlers for node:http', () => {
  it('fit those of Node as they are installed', () => {
    expectTypeOf<ReturnType<typeof toNodeHandler>>().toExtend<RequestListener>();
    expectTypeOf<ServerResponse>().toExtend<Parameters<typeof sendEventStream>[1]>();
  });

  it('fit those of Node 26, whose emitters know the values of each event', () => {
    type Values = Parameters<Parameters<EventEmitter['addListener']>[1]>;
    interface Emitter<Events extends Record<keyof Events, unknown[]>> {
      addListener<Name extends keyof Events>(name: Name, listener: (...values: Events[Name]) => void): this;
      addListener(name: string | symbol, listener: (...values: Values) => void): this;
      on<Name extends keyof Events>(name: Name, listener: (...values: Events[Name]) => void): this;
      on(name: string | symbol, listener: (...values: Values) => void): this;
      removeListener<Name extends keyof Events>(name: Name, listener: (...values: Events[Name]) => void): this;
      removeListener(name: string | symbol, listener: (...values: Values) => void): this;
    }
    type Request = Omit<IncomingMessage, keyof EventEmitter> & Emitter<{ readonly data: [piece: object] }>;
    type Response = Omit<ServerResponse, keyof EventEmitter> & Emitter<{ readonly error: [error: Error] }>;

    expectTypeOf<Request>().toExtend<Parameters<ReturnType<typeof toNodeHandler>>[0]>();
    expectTypeOf<Response>().toExtend<Parameters<typeof sendEventStream>[1]>();
  });
});
