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
- Client and the connector are at the paths it imports, and importing them does not set the global dispatcher;
- Client calls \`connect\` before it writes a request, whenever it has no open socket, and its error ends that request only;
- Client emits disconnect when its socket closes, and drain when it can send again; it takes a request while an answer ends;
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
