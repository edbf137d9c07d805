import type { Endpoint, Reference } from './reference.js';

/** A request as it came over the wire. */
export interface FaultRequest {
  /** The scenario and its parameters: `/cut/17` for `/cut/17/chat/completions`. */
  readonly scenario: string;
  readonly endpoint: Endpoint;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request, and the raw connection on which a scenario answers it. */
export interface FaultExchange {
  readonly request: FaultRequest;
  /** The path segments after the scenario's name. */
  readonly parameters: readonly string[];
  /** The number of requests to this path so far, including this one. */
  readonly attempt: number;
  /** What the endpoint answers with. */
  readonly reference: Reference;
  /** Another origin, for redirects. */
  readonly elsewhere: string;
  /** Writes bytes and lets the client read them; resolves with false once the client has left. */
  readonly send: (bytes: string | Uint8Array) => Promise<boolean>;
  /** Closes the connection cleanly, after some last bytes. */
  readonly end: (bytes?: string | Uint8Array) => void;
  /** Resets the connection. */
  readonly reset: () => void;
}

/** Answers one request, or leaves it unanswered. */
export type Scenario = (exchange: FaultExchange) => void | Promise<void>;
