import type { Message } from '../../src/index.js';
import { describeEnding } from '../../src/cli/describe-ending.js';

const message: Message = {
  id: 'chat-1',
  model: 'small',
  role: 'assistant',
  content: 'Hello',
  reasoning: '',
  refusal: '',
  toolCalls: [],
  finishReason: 'stop',
  extra: {},
};

it.each<readonly [string, Partial<Message>, string | undefined]>([
  ['an answer that ended well', {}, undefined],
  ['an answer without text', { content: '', reasoning: 'Hm.' }, 'The model answered without text.'],
  ['a refusal', { content: '', refusal: "I can't\nhelp." }, "The model refused: I can't help."],
  ['the limit of tokens', { finishReason: 'length' }, 'The answer is cut: it reached the limit of tokens.'],
  [
    'a content filter',
    { finishReason: 'content_filter' },
    "The answer is cut: the server's content filter stopped it.",
  ],
])('describes %s', (_, fields, line) => {
  expect(describeEnding({ ...message, ...fields })).toBe(line);
});
