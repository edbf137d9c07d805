/*
 * How do I stream an answer and print it as it arrives?
 *
 * A request is a cold Observable: nothing is sent before `subscribe`, and unsubscribing aborts the request. This
 * example asks the local server; without `baseURL` the client asks OpenAI, with OPENAI_API_KEY.
 */
import { createClient, textDeltas } from 'rxllm';
import { startLocalServer } from 'rxllm/local';

const server = await startLocalServer({ tokensPerSecond: 150 });
const client = createClient({ baseURL: server.url });

client
  .chat({
    model: 'docs',
    messages: [{ role: 'user', content: 'How do I stream an answer?' }],
  })
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
