import * as z from 'zod/mini';
import type { ContentPart } from '../../schemas/chat-completion-chunk.js';

const text = z.string('a string');

const part = z
  .looseObject({ type: text }, 'an object with a type')
  .check(
    z.refine((value) => value.type !== 'text' || typeof value.text === 'string', { path: ['text'], error: 'a string' }),
  );

const content = z.union([z.string(), z.array(part)], 'a string or an array of parts');

const roles = 'one of system, developer, user, assistant, tool and function';

/**
 * A message of a conversation, checked as far as a server without tools or pictures can; each error text is what is
 * expected.
 */
export const localMessage = z.discriminatedUnion(
  'role',
  [
    z.looseObject({ role: z.enum(['system', 'developer', 'user']), content }),
    z.looseObject({ role: z.enum(['assistant', 'function']), content: z.nullish(content) }),
    z.looseObject({ role: z.literal('tool'), content, tool_call_id: text }),
  ],
  { error: (issue) => ('discriminator' in issue ? roles : 'an object with role and content') },
);

/** One message of a conversation; its role and content are checked, everything else is as sent. */
export interface LocalMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool' | 'function';
  readonly content?: string | readonly ContentPart[] | null | undefined;
  readonly [key: string]: unknown;
}

/** The text of a message; text parts are joined by line feeds, other parts left out. */
export function textOf({ content = '' }: LocalMessage): string {
  if (content === null || typeof content === 'string') {
    return content ?? '';
  }
  return content
    .flatMap((piece) => (piece.type === 'text' && typeof piece['text'] === 'string' ? [piece['text']] : []))
    .join('\n');
}
