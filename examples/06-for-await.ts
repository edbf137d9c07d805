/*
 * How do I loop over a stream with for await?
 *
 * This replaces a loop over chat chunks that reads role, content and finish reason, catches rate limits, API errors and
 * connection errors, and breaks early. Leaving the loop aborts the request, so the server stops generating.
 */
import { ApiError, ConnectionError, createClient, RateLimitError, toAsyncIterable } from 'rxllm';
import { startLocalServer } from 'rxllm/local';

const server = await startLocalServer();
const client = createClient({ baseURL: server.url });

async function answer(model: string, content: string, maxChunks: number): Promise<void> {
  let left = maxChunks;
  try {
    for await (const { choices } of toAsyncIterable(client.chat({ model, messages: [{ role: 'user', content }] }))) {
      for (const { delta, finish_reason: reason } of choices) {
        console.log({ role: delta.role, content: delta.content, finish: reason });
      }
      if ((left -= 1) === 0) {
        break;
      }
    }
  } catch (error) {
    if (error instanceof RateLimitError) {
      console.log(`Slow down for ${error.retryAfter ?? 0} ms`);
    } else if (error instanceof ApiError || error instanceof ConnectionError) {
      console.log(error.message);
    } else {
      throw error;
    }
  }
}

await answer('echo', 'Hi!', Infinity);
await answer('echo', 'The loop breaks after three chunks, so the rest is never read.', 3);
await answer('gpt-0', 'This model does not exist.', Infinity);
await server.close();
await answer('echo', 'The server is closed by now.', Infinity);
