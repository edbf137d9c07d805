import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

const whatToCheck = `Before pinning another version, check that what src/transport/undici/node-agent.ts assumes still holds:
- Agent, Pool, Client and the connector are at the paths it imports, and importing them does not set the global dispatcher;
- Agent and Pool take a \`factory\`, and call dispatch of the Client it returns at once, with the options as they got them;
- Client calls \`connect\` for each connection, including one for an aborted request that is still in its queue;
- the connector returns its socket, and destroying that socket ends in the callback; it makes TLS over an \`httpSocket\`.
Then run spec/transport, spec/client/connections.spec.ts and spec/faults.`;

describe('undici', () => {
  it('is installed in exactly the version that package.json pins', () => {
    const { version: installed } = readManifest('node_modules/undici');
    const pinned = readManifest('.').dependencies?.['undici'];

    const problem = `undici ${installed} is installed, but package.json asks for ${pinned}. ${whatToCheck}`;

    expect(installed === pinned ? '' : problem).toBe('');
  });
});
