import { startFaultServer, type FaultServer } from '../support/fault-server/start-fault-server.js';
import { runProgram } from '../support/run-program.js';

const scenarios = [
  '/whole',
  '/after-done',
  '/stall/before-headers',
  '/stall/2',
  '/idle/comments/2',
  '/cut/300',
  '/reset/300',
  '/unanswered/reset',
  '/refuse/503',
  '/refuse-and-stall/500',
  '/refuse-at-length/500',
  '/endless-line',
  '/bomb',
  '/answer/page',
  '/encoded/gzip',
  '/encoded-binary/zstd',
  '/redirect/same',
];

describe('a process', () => {
  let server: FaultServer;

  beforeAll(async () => {
    server = await startFaultServer();
  });
  afterAll(() => server.close());

  it.each(['fetch', 'undici'])('ends by itself after every fault through %s', async (transport) => {
    const output = await runProgram(`
      import { catchError, concat, EMPTY, ignoreElements, of } from 'rxjs';
      import { createClient } from '../../src/index.node.js';
      import { chatRequest } from './answers.js';
      import { transports } from './transports.js';
      const transport = transports['${transport}']();
      const deadlines = { headers: 100, firstChunk: 100, idle: 100 };
      const ask = (scenario) =>
        createClient({ baseURL: '${server.url}' + scenario, transport, deadlines, limits: { eventBytes: 1e6 } })
          .chat(chatRequest)
          .pipe(ignoreElements(), catchError(() => EMPTY));
      let ended = 0;
      concat(...${JSON.stringify(scenarios)}.map(ask)).subscribe({ complete: () => (ended = performance.now()) });
      process.on('exit', () => console.log(JSON.stringify({ ended: ended > 0, kept: performance.now() - ended })));
    `);

    const { ended, kept } = JSON.parse(output) as { readonly ended: boolean; readonly kept: number };

    expect(ended).toBe(true);
    expect(kept).toBeLessThan(1000);
  });
});
