import type { Client } from '../client/build-client.js';
import { check, checkConfig, checkFunction, checkScheduler } from '../util/check.js';
import { checkRetry } from './accumulate-view.js';
import { checkTurns } from './check-turns.js';
import type { ConversationPolicy, ConverseConfig } from './converse-config.js';

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
