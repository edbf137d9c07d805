import { check } from '../util/check.js';

/** What {@link redisLog} and {@link redisBudget} use of a client of Redis: that of the package `redis` fits. */
export interface RedisClient {
  /** Whether it is connected, or will connect again. */
  readonly isOpen: boolean;
  /** Runs a script that Redis knows, by its SHA-1. */
  evalSha(sha: string, options: RedisScriptOptions): Promise<unknown>;
  /** Runs a script, and makes Redis know it. */
  eval(script: string, options: RedisScriptOptions): Promise<unknown>;
  /** Creates a client with the same options, for a connection of its own. */
  duplicate(): RedisSubscriber;
}

/** Keys and arguments of a script. */
export interface RedisScriptOptions {
  keys: string[];
  arguments: string[];
}

/** A connection that only listens to channels. */
export interface RedisSubscriber {
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: () => void): Promise<unknown>;
  unsubscribe(channel: string, listener: () => void): Promise<unknown>;
  on(event: 'error', listener: () => void): unknown;
  destroy(): void;
}

/** Throws a `TypeError` unless a value can run scripts. */
export function checkClient(client: unknown): void {
  const { evalSha, eval: evaluate } = (client ?? {}) as Partial<RedisClient>;
  const isClient = typeof evalSha === 'function' && typeof evaluate === 'function';
  check(isClient, 'client', "a client of the package 'redis'", client);
}
