import { type Contender, type ContenderConfig, request } from './contender.js';
import { type HandChunk, joinText, parseByHand } from './parse-by-hand.js';

/** The loop that people write by hand: `fetch`, `TextDecoder`, `split`, `JSON.parse`, without checks. */
export function createContender({ baseURL }: ContenderConfig): Contender {
  const url = `${baseURL}/chat/completions`;
  return {
    text: async (first) => {
      const joined = joinText(first);
      await read(url, joined.add);
      return joined.text;
    },
    message: async () => {
      const message = { role: 'assistant', content: '' };
      await read(url, ({ choices }) => (message.content += choices[0]?.delta.content ?? ''));
      return message.content;
    },
    toolArguments: async () => {
      const call = { name: 'write_files', arguments: '' };
      await read(url, ({ choices }) => {
        call.arguments += choices[0]?.delta.tool_calls?.[0]?.function.arguments ?? '';
      });
      JSON.parse(call.arguments);
      return call.arguments;
    },
    // Parsed once, at the end.
    object: async () => {
      let text = '';
      await read(url, ({ choices }) => (text += choices[0]?.delta.content ?? ''));
      return JSON.stringify(JSON.parse(text));
    },
  };
}

async function read(url: string, use: (chunk: HandChunk) => void): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...request, stream: true }),
  });
  const reader = response.body?.getReader();
  const parse = parseByHand(use);
  for (let piece = await reader?.read(); piece?.done === false; piece = await reader?.read()) {
    parse(piece.value);
  }
}
