import { closeServers, startServer } from '../support/loopback.js';
import { eventStream, hello, textChunk } from '../support/answers.js';
import { runProgram } from '../support/run-program.js';

const eventType = { 'content-type': 'text/event-stream' };

describe('the end of the process', () => {
  afterEach(closeServers);

  it.each(['createClient', 'createClient with fetchTransport'])(
    'is not delayed after the streams of %s have ended',
    async (name) => {
      const server = await startServer({
        answer: (served) => {
          served.head(200, eventType);
          served.write(served.path === '/left/chat/completions' ? eventStream(textChunk('Hel')) : hello);
          if (served.path === '/whole/chat/completions') {
            served.end();
          }
        },
      });

      const output = await runProgram(`
      import { concat, take } from 'rxjs';
      import { createClient, fetchTransport, textDeltas } from '../../src/index.node.js';
      import { chatRequest } from './answers.js';
      const config = ${name === 'createClient' ? '{}' : '{ transport: fetchTransport() }'};
      const ask = (path: string) =>
        createClient({ baseURL: '${server.url}/' + path, ...config }).chat(chatRequest).pipe(textDeltas());
      concat(ask('whole'), ask('open'), ask('left').pipe(take(1))).subscribe({
        next: (text) => process.stdout.write(text + ' '),
        complete: () => process.stdout.write('completed'),
        error: console.error,
      });
    `);

      expect(output).toBe('Hel lo Hel lo Hel completed');
    },
  );

  it('is not delayed after two answers in turn, the second of which was asked for as the first ended', async () => {
    const server = await startServer({
      answer: (served) => {
        served.head(200, eventType);
        served.write(hello);
        served.end();
      },
    });

    const output = await runProgram(`
      import { concat } from 'rxjs';
      import { createClient, textDeltas } from '../../src/index.node.js';
      import { chatRequest } from './answers.js';
      const answer = createClient({ baseURL: '${server.url}' }).chat(chatRequest).pipe(textDeltas());
      concat(answer, answer).subscribe((text) => process.stdout.write(text + ' '));
    `);

    expect(output).toBe('Hel lo Hel lo ');
  });
});
