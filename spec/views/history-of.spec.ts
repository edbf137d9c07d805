import { createMessageBuilder } from '../../src/chunks/message-builder.js';
import type { ChatMessage } from '../../src/schemas/chat-message.js';
import type { ReplyStatus } from '../../src/views/chat-view.js';
import type { Turn } from '../../src/views/conversation.js';
import { historyOf } from '../../src/views/history-of.js';
import { chatChunk } from '../support/chunks.js';

function turn(prompt: Turn['prompt'], delta: Record<string, unknown>, status: ReplyStatus = 'done'): Turn {
  const message = createMessageBuilder({ choice: 0, toolCalls: 128 }).add(chatChunk(delta));
  return { id: 'turn-1', prompt, reply: { status, message } };
}

const parts = [{ type: 'text', text: 'What is this?' }] as const;
const call = { index: 0, id: 'call-1', function: { name: 'add', arguments: '{}' } };

it.each<[string, readonly Turn[], readonly ChatMessage[]]>([
  ['no turns', [], []],
  [
    'prompts and replies, in turn',
    [turn('a', { content: 'x' }), turn(parts, { content: 'y' })],
    [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'x' },
      { role: 'user', content: parts },
      { role: 'assistant', content: 'y' },
    ],
  ],
  [
    'what came of a stopped reply',
    [turn('a', { content: 'x' }, 'stopped')],
    [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'x' },
    ],
  ],
  [
    'a refusal as the text it is',
    [turn('a', { refusal: 'No' })],
    [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'No' },
    ],
  ],
  ['no failed reply, nor its prompt', [turn('a', { content: 'x' }, 'failed')], []],
  ['no empty reply, nor its prompt', [turn('a', {}, 'stopped')], []],
  ['no call of a tool, whose answer it does not know', [turn('a', { tool_calls: [call] })], []],
])('gives %s', (_, turns, messages) => {
  expect(historyOf(turns)).toEqual(messages);
});
