import type { Observable } from 'rxjs';
import type { Client } from '../index.node.js';
import type { Endpoint } from './question.js';

/** A server to ask. */
export interface Server {
  readonly client: Client;
  /** Emits the model to ask where none is named. */
  readonly defaultModel: (endpoint: Endpoint) => Observable<string>;
  /** Emits what to do about a model that is not there, as a sentence that repeats no names of what was said of it already. */
  readonly modelAdvice: (said: string) => Observable<string>;
}

/** Gives a server to what uses it, for as long as that is subscribed. */
export type Connect = <T>(use: (server: Server) => Observable<T>) => Observable<T>;
