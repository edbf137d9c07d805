/* Answers requests as a Worker: with the stream of a client, whose key stays here. */
import { createClient } from 'rxllm';
import { toEventStream } from 'rxllm/server';

export default {
  fetch(_request, { baseURL }) {
    const client = createClient({ baseURL, apiKey: 'key' });
    return toEventStream(client.chat({ model: 'small', messages: [{ role: 'user', content: 'Hi' }] }));
  },
};
