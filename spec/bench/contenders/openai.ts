import OpenAI from 'openai';
import { type Contender, type ContenderConfig, request, responseRequest } from './contender.js';

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
  };
}
