import { check } from '../util/check.js';
import { checkTurns } from './check-turns.js';
import type { ConversationCommand } from './conversation.js';
import { isId } from './turn-ids.js';

const types: readonly unknown[] = ['send', 'stop', 'regenerate', 'reset'];

/** @throws TypeError for what is no command, naming what it lacks. */
export function checkCommand(command: ConversationCommand): void {
  if (typeof command === 'string') {
    return;
  }
  const isObject = typeof command === 'object' && (command as unknown) !== null;
  check(isObject, 'A command', "a prompt, or an object such as { type: 'stop' }", command);
  const { type } = command;
  check(types.includes(type), "A command's type", "'send', 'stop', 'regenerate' or 'reset'", type);
  if (type === 'reset') {
    checkTurns("A reset's turns", command.turns ?? []);
    return;
  }
  check(command.id === undefined || isId(command.id), "A command's id", 'a string that is not empty', command.id);
  if (type === 'send') {
    const { content } = command;
    check(
      typeof content === 'string' || Array.isArray(content),
      "A prompt's content",
      'text or a list of parts',
      content,
    );
  }
}
