import { chatChunk, finishChunk } from '../support/chunks.js';
import { closeServers, startServer } from '../support/loopback.js';
import { beginStream, ending, event, piece } from './model-server.js';
import { run } from './run-here.js';

describe('the report after an answer', () => {
  afterEach(closeServers);

  it.each<readonly [string, readonly string[], string, string]>([
    ['nothing if the answer ended well', [piece('Hello'), ending], 'Hello\n', ''],
    [
      'a note if there is no text',
      [event(chatChunk({ reasoning_content: 'Hm.' })), ending],
      '',
      'The model returned no text.\n',
    ],
    [
      'a refusal in one line',
      [event(chatChunk({ refusal: "I can't\nhelp." })), ending],
      '',
      "The model refused: I can't help.\n",
    ],
    [
      'the token limit',
      [piece('Hel'), event(finishChunk('length'))],
      'Hel\n',
      'The answer was cut off at the token limit.\n',
    ],
    [
      'a content filter',
      [piece('Hel'), event(finishChunk('content_filter'))],
      'Hel\n',
      "The answer was cut off by the server's content filter.\n",
    ],
  ])('contains %s', async (_, events, stdout, stderr) => {
    const { url } = await startServer({
      answer: (exchange) => {
        beginStream(exchange, ...events);
        exchange.end('data: [DONE]\n\n');
      },
    });

    expect(await run(['--base-url', `${url}/v1`, '-m', 'small', 'Hi'])).toEqual({ code: 0, stdout, stderr });
  });
});
