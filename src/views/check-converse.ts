import type { Client } from '../client/create-client.js';
import { check, checkConfig, checkFunction, checkScheduler } from '../util/check.js';
import { checkRetry } from './accumulate-view.js';
import type { ReplyStatus } from './chat-view.js';
import type { ConversationCommand, Turn } from './conversation.js';
import type { ConversationPolicy, ConverseConfig } from './converse-config.js';
import { isId } from './turn-ids.js';

const policies: readonly unknown[] = ['switch', 'queue', 'exhaust', 'parallel'] satisfies readonly ConversationPolicy[];

/** @throws TypeError for a client or a configuration that `converse` cannot work with, naming the field. */
export function checkConverse(client: Pick<Client, 'chat'>, config: ConverseConfig): void {
  const chat: unknown = (client as Partial<Client> | undefined)?.chat;
  check(typeof chat === 'function', 'client', 'an object with chat(), such as createClient() gives', client);
  checkConfig('converse', config, [
    'request',
    'system',
    'policy',
    'history',
    'turns',
    'retry',
    'createId',
    'scheduler',
  ]);
  const { request, system, policy, history, turns = [], retry = {}, createId, scheduler } = config;
  checkRequest(request);
  check(system === undefined || typeof system === 'string', 'system', 'a string', system);
  const isPolicy = policy === undefined || policies.includes(policy);
  check(isPolicy, 'policy', "'switch', 'queue', 'exhaust' or 'parallel'", policy);
  if (history !== undefined) {
    checkFunction('history', history);
  }
  checkTurns('turns', turns);
  checkRetry(retry);
  if (createId !== undefined) {
    checkFunction('createId', createId);
  }
  if (scheduler !== undefined) {
    checkScheduler(scheduler);
  }
}

function checkRequest(request: unknown): void {
  if (typeof request !== 'function') {
    const isObject = typeof request === 'object' && request !== null;
    check(isObject, 'request', 'an object such as { model }, or a function that gives one', request);
    const { model, messages } = request as Readonly<Record<string, unknown>>;
    check(typeof model === 'string' && model !== '', 'request.model', 'the name of a model', model);
    check(messages === undefined, 'request.messages', 'left out, since the conversation makes them', messages);
  }
}

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

const statuses: readonly unknown[] = [
  'queued',
  'waiting',
  'retrying',
  'streaming',
  'done',
  'stopped',
  'failed',
] satisfies readonly ReplyStatus[];

/**
 * @throws TypeError for turns that a conversation cannot go on from, such as those that were saved in another shape,
 *   naming the place. What JSON leaves out, as it does what is `undefined`, may be missing.
 */
export function checkTurns(name: string, turns: readonly Turn[]): void {
  check(Array.isArray(turns), name, 'a list of turns', turns);
  turns.forEach((turn, place) => {
    checkTurn(`${name}[${place}]`, turn);
  });
  check(new Set(turns.map(({ id }) => id)).size === turns.length, name, 'turns of different ids', turns);
}

function checkTurn(path: string, turn: unknown): void {
  const { id, prompt, reply } = asObject(path, 'a turn with id, prompt and reply', turn);
  check(isId(id), `${path}.id`, 'a string that is not empty', id);
  check(typeof prompt === 'string' || Array.isArray(prompt), `${path}.prompt`, 'text or a list of parts', prompt);
  const { status, message } = asObject(`${path}.reply`, 'a view with status and message', reply);
  check(statuses.includes(status), `${path}.reply.status`, 'one of a reply, such as done', status);
  checkMessage(`${path}.reply.message`, message);
}

function checkMessage(path: string, message: unknown): void {
  const fields = asObject(path, 'a message', message);
  for (const key of ['role', 'content', 'reasoning', 'refusal']) {
    check(typeof fields[key] === 'string', `${path}.${key}`, 'a string', fields[key]);
  }
  for (const key of ['id', 'model', 'finishReason']) {
    const value = fields[key];
    check(value === undefined || typeof value === 'string', `${path}.${key}`, 'a string, or left out', value);
  }
  const { toolCalls, functionCall, usage, extra } = fields;
  check(Array.isArray(toolCalls), `${path}.toolCalls`, 'a list of tool calls', toolCalls);
  (toolCalls as readonly unknown[]).forEach((call, place) => {
    checkToolCall(`${path}.toolCalls[${place}]`, call);
  });
  if (functionCall !== undefined) {
    checkTexts(`${path}.functionCall`, functionCall, ['name', 'arguments']);
  }
  if (usage !== undefined) {
    checkUsage(`${path}.usage`, usage);
  }
  asObject(`${path}.extra`, 'an object', extra);
}

function checkToolCall(path: string, call: unknown): void {
  checkTexts(path, call, ['id', 'type', 'name', 'arguments']);
  const { complete, extra } = asObject(path, 'a tool call', call);
  check(typeof complete === 'boolean', `${path}.complete`, 'true or false', complete);
  asObject(`${path}.extra`, 'an object', extra);
}

function checkUsage(path: string, usage: unknown): void {
  const counts = asObject(path, 'token counts', usage);
  for (const key of ['inputTokens', 'outputTokens', 'totalTokens']) {
    check(typeof counts[key] === 'number', `${path}.${key}`, 'a number', counts[key]);
  }
}

function checkTexts(path: string, value: unknown, keys: readonly string[]): void {
  const fields = asObject(path, `an object with ${keys.join(', ')}`, value);
  keys.forEach((key) => {
    check(typeof fields[key] === 'string', `${path}.${key}`, 'a string', fields[key]);
  });
}

function asObject(path: string, allowed: string, value: unknown): Readonly<Record<string, unknown>> {
  check(typeof value === 'object' && value !== null && !Array.isArray(value), path, allowed, value);
  return value as Readonly<Record<string, unknown>>;
}
