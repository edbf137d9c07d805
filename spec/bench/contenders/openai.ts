import OpenAI from 'openai';
import { makeParseableResponseFormat } from 'openai/lib/parser';
import { type Contender, type ContenderConfig, request, responseRequest } from './contender.js';

/** Makes `.stream()` parse the text so far for each delta. */
const anyJson = makeParseableResponseFormat(
  { type: 'json_schema', json_schema: { name: 'any', schema: {} } },
  (text) => JSON.parse(text) as unknown,
);

/** The `openai` package. */
export function createContender({ baseURL, responses }: ContenderConfig): Contender {
  const client = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0 });
  return responses ? readResponses(client) : readChats(client);
}

function readResponses(client: OpenAI): Contender {
  return {
    text: async (first) => {
      let text = '';
      for await (const event of await client.responses.create({ ...responseRequest, stream: true })) {
        if (event.type === 'response.output_text.delta') {
          if (text === '') {
            first();
          }
          text += event.delta;
        }
      }
      return text;
    },
  };
}

function readChats(client: OpenAI): Contender {
  return {
    text: async (first) => {
      let text = '';
      for await (const chunk of await client.chat.completions.create({ ...request, stream: true })) {
        if (text === '') {
          first();
        }
        text += chunk.choices[0]?.delta.content ?? '';
      }
      return text;
    },
    object: async () => {
      const stream = client.chat.completions.stream({ ...request, response_format: anyJson });
      let snapshots = 0;
      stream.on('content.delta', ({ parsed }) => (snapshots += parsed === null ? 0 : 1));
      const { choices } = await stream.finalChatCompletion();
      if (snapshots === 0) {
        throw new Error('openai gave no snapshots');
      }
      return JSON.stringify(choices[0]?.message.parsed);
    },
  };
}
