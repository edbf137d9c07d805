import { check } from '../operators/check.js';
import type { ReplyStatus } from './chat-view.js';
import type { Turn } from './conversation.js';
import { isId } from './turn-ids.js';

const statuses: readonly unknown[] = [
  'queued',
  'waiting',
  'retrying',
  'streaming',
  'done',
  'stopped',
  'failed',
] satisfies readonly ReplyStatus[];

/** @throws TypeError for turns that a conversation cannot go on from, such as those that were saved in another shape. */
export function checkTurns(name: string, turns: readonly Turn[]): void {
  check(Array.isArray(turns), name, 'a list of turns', turns);
  turns.forEach((turn, place) => {
    check(isTurn(turn), `${name}[${place}]`, 'a turn with id, prompt and reply', turn);
  });
  check(new Set(turns.map(({ id }) => id)).size === turns.length, name, 'turns of different ids', turns);
}

function isTurn(turn: unknown): boolean {
  if (!isObject(turn)) {
    return false;
  }
  const { id, prompt, reply } = turn;
  return (
    isId(id) &&
    (typeof prompt === 'string' || Array.isArray(prompt)) &&
    isObject(reply) &&
    statuses.includes(reply['status']) &&
    isObject(reply['message'])
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
