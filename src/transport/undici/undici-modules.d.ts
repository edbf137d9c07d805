/*
 * The modules of undici that are needed. Its main module would load more, and would replace the dispatcher of the
 * process's own `fetch`, which a library must not do.
 */
declare module 'undici/lib/dispatcher/client.js' {
  import type * as undici from 'undici';
  const Client: typeof undici.Client;
  export = Client;
}

/** Unlike the public type, this connector returns the socket that it connects. */
declare module 'undici/lib/core/connect.js' {
  import type { Socket } from 'node:net';
  import type { buildConnector } from 'undici';
  const build: (
    options: buildConnector.BuildOptions,
  ) => (...parameters: Parameters<buildConnector.connector>) => Socket;
  export = build;
}
