import type { Dispatcher } from 'undici';
import buildConnector from 'undici/lib/core/connect.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import { FrugalClient } from './frugal-client.js';

let agent: Dispatcher | undefined;

/** The agent of this process, made when first asked for: its connections are those of {@link FrugalClient}. */
export function sharedAgent(): Dispatcher {
  return (agent ??= createSharedAgent());
}

function createSharedAgent(): Dispatcher {
  const connect = buildConnector({ allowH2: true });
  return new Agent({
    bodyTimeout: 0,
    headersTimeout: 0,
    allowH2: true,
    factory: (server, settings: object) =>
      new Pool(server, { ...settings, factory: (origin, options) => new FrugalClient(origin, options, connect) }),
  });
}
