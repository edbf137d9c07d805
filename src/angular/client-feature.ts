import type { ClientConfig } from '../client/client-config.js';

/** What {@link provideClient} can do besides: made by `withName`, `withClientInterceptors` and `withHttpClient`. */
export interface ClientFeature {
  /** The name under which the client is provided. */
  readonly name?: string;
  /** Completes the configuration; called in an injection context when the client is made. */
  readonly configure?: (config: ClientConfig) => ClientConfig;
}
