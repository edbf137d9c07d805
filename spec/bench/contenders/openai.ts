import OpenAI from 'openai';
import { type Contender, type ContenderConfig, request } from './contender.js';

/** The `openai` package. */
export function createContender({ baseURL }: ContenderConfig): Contender {
  const client = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0 });
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
