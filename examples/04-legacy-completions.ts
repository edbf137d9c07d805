/*
 * How do I stream the legacy completions endpoint?
 *
 * This replaces a script that posts to `/v1/completions` with `stream: true`, reads the answer line by line, strips
 * `data: ` and prints the text of each JSON object.
 */
import { createClient, textDeltas } from 'rxllm';
import { startLocalServer } from 'rxllm/local';

const server = await startLocalServer();
const client = createClient({ baseURL: server.url });

client
  .completions({ model: 'echo', prompt: 'Once upon a time there was an endpoint without messages.', max_tokens: 12 })
  .pipe(textDeltas())
  .subscribe({
    next: (text) => process.stdout.write(text),
    error: (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
      void server.close();
    },
    complete: () => {
      process.stdout.write('\n');
      void server.close();
    },
  });
