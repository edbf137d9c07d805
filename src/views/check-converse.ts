import { isStreamId } from '../util/is-stream-id.js';
import { check, checkConfig, checkFunction, checkScheduler } from '../util/check.js';
import { isObject } from '../util/is-object.js';
import { checkRetry } from '../operators/retry-transient.js';
import type { ReplyStatus } from './chat-view.js';
import type { ConversationCommand, ConversationPolicy, ConverseConfig, Turn } from './conversation.js';
import { type AnyApi, apiOf, type ConversationClient, runOf, toolOptions } from './conversation-request.js';
import type { RunCall, RunView } from './run-view.js';

const policies: readonly unknown[] = ['switch', 'queue', 'exhaust', 'parallel'] satisfies readonly ConversationPolicy[];

/**
 * Checks the arguments of `converse`, and returns the API of the conversation.
 *
 * @throws TypeError if the client lacks the method of the API, or for an invalid field of the configuration.
 */
export function checkConverse(client: ConversationClient, config: ConverseConfig): AnyApi {
  checkConfig('converse', config, [
    'api',
    'request',
    'system',
    'policy',
    'history',
    'turns',
    'retry',
    'createId',
    'scheduler',
    'tools',
    ...toolOptions,
  ]);
  const { request, system, policy, history, turns = [], retry = {}, createId, scheduler } = config;
  const api = apiOf(config.api);
  const ask = (client as Fields | undefined)?.[api.method];
  check(typeof ask === 'function', 'client', `an object with ${api.method}(), such as createClient() returns`, client);
  check(system === undefined || typeof system === 'string', 'system', 'a string', system);
  if (typeof request !== 'function') {
    check(isObject(request), 'request', 'an object such as { model }, or a function that returns one', request);
    api.checkRequest(request, system);
  }
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
  checkTools(api, client, config);
  return api;
}

function checkTools(api: AnyApi, client: ConversationClient, config: ConverseConfig): void {
  const { request, system } = config;
  if (config.tools === undefined) {
    const given = toolOptions.find((name) => config[name] !== undefined);
    if (given !== undefined) {
      throw new TypeError(`${given} has no effect without tools: add tools, or leave it out`);
    }
    return;
  }
  // Created to be checked, and not subscribed. The fields of a function are checked when it has returned them.
  const fields = typeof request === 'function' ? { model: 'm' } : request;
  const question = { system, history: () => [], prompt: 'Hello' } as const;
  runOf(api, client, config, api.toRequest(fields, question));
}

const commandTypes: readonly unknown[] = ['send', 'stop', 'regenerate', 'reset'] satisfies readonly Exclude<
  ConversationCommand,
  string
>['type'][];

/** @throws TypeError for an invalid command. */
export function checkCommand(command: ConversationCommand): void {
  if (typeof command === 'string') {
    return;
  }
  check(isObject(command), 'A command', "a prompt, or an object such as { type: 'stop' }", command);
  const { type } = command;
  check(commandTypes.includes(type), "A command's type", "'send', 'stop', 'regenerate' or 'reset'", type);
  if (type === 'reset') {
    checkTurns("A reset's turns", command.turns ?? []);
    return;
  }
  check(command.id === undefined || isId(command.id), "A command's id", 'a string that is not empty', command.id);
  if (type === 'send') {
    check(isContent(command.content), "A prompt's content", 'a string or a list of parts', command.content);
  }
}

/** Returns whether a value can be the id of a turn. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isContent(value: unknown): boolean {
  return typeof value === 'string' || Array.isArray(value);
}

/** Turns may have been saved as JSON by another version, so each field that a conversation reads is checked. */
function checkTurns(name: string, turns: readonly Turn[]): void {
  checkEach(name, 'a list of turns', turns, checkTurn);
  check(new Set(turns.map(({ id }) => id)).size === turns.length, name, 'turns with different ids', turns);
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

function checkTurn(path: string, turn: unknown): void {
  const { id, prompt, reply } = asObject(path, 'a turn with id, prompt and reply', turn);
  check(isId(id), `${path}.id`, 'a string that is not empty', id);
  check(isContent(prompt), `${path}.prompt`, 'a string or a list of parts', prompt);
  const { status, message, run, streamId } = asObject(`${path}.reply`, 'a view with status and message', reply);
  check(statuses.includes(status), `${path}.reply.status`, 'the status of a reply, such as done', status);
  checkMessage(`${path}.reply.message`, message);
  const isStream = streamId === undefined || isStreamId(streamId);
  check(isStream, `${path}.reply.streamId`, 'the id of a stream, or left out', streamId);
  if (run !== undefined) {
    checkRun(`${path}.reply.run`, run);
  }
}

const runStatuses: readonly unknown[] = [
  'waiting',
  'streaming',
  'calling',
  'done',
  'failed',
] satisfies readonly RunView['status'][];

const callStatuses: readonly unknown[] = [
  'waiting',
  'running',
  'done',
  'failed',
] satisfies readonly RunCall['status'][];

function checkRun(path: string, value: unknown): void {
  const { status, turns, usage } = asObject(path, 'the view of a run', value);
  check(runStatuses.includes(status), `${path}.status`, 'the status of a run, such as done', status);
  checkUsage(`${path}.usage`, usage);
  checkEach(`${path}.turns`, 'a list of turns', turns, (place, turn) => {
    const { message, calls } = asObject(place, 'a turn with message and calls', turn);
    checkMessage(`${place}.message`, message);
    checkEach(`${place}.calls`, 'a list of calls', calls, checkRunCall);
  });
}

function checkRunCall(path: string, value: unknown): void {
  const { call, status, content } = asObject(path, 'a call with its status', value);
  checkToolCall(`${path}.call`, call);
  check(callStatuses.includes(status), `${path}.status`, 'the status of a call, such as done', status);
  const isContent = content === undefined || typeof content === 'string';
  check(isContent, `${path}.content`, 'a string, or left out', content);
}

function checkEach(
  path: string,
  allowed: string,
  list: unknown,
  checkOne: (path: string, value: unknown) => void,
): void {
  check(Array.isArray(list), path, allowed, list);
  (list as readonly unknown[]).forEach((value, place) => {
    checkOne(`${path}[${place}]`, value);
  });
}

function checkMessage(path: string, value: unknown): void {
  const message = asObject(path, 'a message', value);
  checkStrings(path, message, ['role', 'content', 'reasoning', 'refusal']);
  for (const key of ['id', 'model', 'finishReason']) {
    const field = message[key];
    check(field === undefined || typeof field === 'string', `${path}.${key}`, 'a string, or left out', field);
  }
  const { toolCalls, functionCall, usage, output = [], extra } = message;
  checkEach(`${path}.toolCalls`, 'a list of tool calls', toolCalls, checkToolCall);
  if (functionCall !== undefined) {
    checkStrings(`${path}.functionCall`, asObject(`${path}.functionCall`, 'an object', functionCall), [
      'name',
      'arguments',
    ]);
  }
  checkEach(`${path}.output`, 'a list of items, or left out', output, (place, item) => {
    checkStrings(place, asObject(place, 'an item', item), ['type']);
  });
  checkUsage(`${path}.usage`, usage);
  asObject(`${path}.extra`, 'an object', extra);
}

function checkToolCall(path: string, value: unknown): void {
  const call = asObject(path, 'a tool call', value);
  checkStrings(path, call, ['id', 'type', 'name', 'arguments']);
  const { complete, extra } = call;
  check(typeof complete === 'boolean', `${path}.complete`, 'true or false', complete);
  asObject(`${path}.extra`, 'an object', extra);
}

function checkUsage(path: string, value: unknown): void {
  if (value === undefined) {
    return;
  }
  const usage = asObject(path, 'token counts', value);
  for (const key of ['inputTokens', 'outputTokens', 'totalTokens']) {
    check(typeof usage[key] === 'number', `${path}.${key}`, 'a number', usage[key]);
  }
}

type Fields = Readonly<Record<string, unknown>>;

function checkStrings(path: string, fields: Fields, keys: readonly string[]): void {
  for (const key of keys) {
    check(typeof fields[key] === 'string', `${path}.${key}`, 'a string', fields[key]);
  }
}

function asObject(path: string, allowed: string, value: unknown): Fields {
  check(isObject(value), path, allowed, value);
  return value as Fields;
}
