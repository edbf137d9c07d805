import type { Client } from '../client/create-client.js';
import { checkRetry } from '../operators/retry-transient.js';
import { check, checkConfig, checkCount, checkFunction, checkScheduler } from '../util/check.js';
import { isObject } from '../util/is-object.js';
import { chatRun } from './chat-run.js';
import { responsesRun } from './responses-run.js';
import type { RunApi } from './run-api.js';
import type { RunToolsConfig } from './run-tools-config.js';
import type { AnyRequest } from './run-turn.js';
import type { RunnableTool } from './tool.js';

const apis = { chat: chatRun, responses: responsesRun };

const fields: readonly (keyof RunToolsConfig)[] = [
  'api',
  'request',
  'tools',
  'maxTurns',
  'concurrency',
  'toolCalls',
  'approve',
  'timeout',
  'resultCharacters',
  'retry',
  'scheduler',
];

/** Checks the arguments of `runTools`, and returns the API of the run. */
export function checkRunTools(client: Partial<Client>, config: RunToolsConfig): RunApi<AnyRequest, unknown> {
  checkConfig('runTools', config, fields);
  const { api: name = 'chat', request, tools, retry = {}, scheduler } = config;
  const { maxTurns, concurrency, approve, timeout, resultCharacters } = config;
  const allowed = Object.keys(apis);
  check(allowed.includes(name), 'api', `'${allowed.join("' or '")}'`, name);
  const api = apis[name] as unknown as RunApi<AnyRequest, unknown>;
  const ask: unknown = (client as Partial<Client> | undefined)?.[api.method];
  check(typeof ask === 'function', 'client', `an object with ${api.method}(), such as createClient() returns`, client);
  api.checkRequest(request);
  if (request.tools?.some(isRunnable)) {
    throw new TypeError('request.tools has what tool() returns; put it into tools');
  }
  check(Array.isArray(tools), 'tools', 'a list of what tool() returns', tools);
  tools.forEach(checkTool);
  checkNames([...api.namesIn(request), ...tools.map((tool) => tool.name)]);
  Object.entries({ maxTurns, concurrency, resultCharacters }).forEach(([field, count]) => {
    if (count !== undefined) {
      checkCount(field, count, 1);
    }
  });
  if (timeout !== undefined) {
    const valid = typeof timeout === 'number' && timeout >= 0;
    check(valid, 'timeout', 'a number of milliseconds, 0 or more, or Infinity', timeout);
  }
  if (approve !== undefined) {
    checkFunction('approve', approve);
  }
  if (scheduler !== undefined) {
    checkScheduler(scheduler);
  }
  checkRetry(retry);
  if (retry !== false && retry.restart === true) {
    throw new TypeError('retry must not have restart: a turn that has begun would be told twice');
  }
  return api;
}

function checkTool(tool: unknown, place: number): void {
  const allowed = 'what tool() returns (those that you answer yourself go into request.tools)';
  check(isRunnable(tool), `tools[${place}]`, allowed, tool);
}

function isRunnable(tool: unknown): boolean {
  const { name, parameters, strict, parse, run } = (tool ?? {}) as Partial<RunnableTool>;
  return (
    typeof name === 'string' &&
    isObject(parameters) &&
    typeof strict === 'boolean' &&
    typeof parse === 'function' &&
    typeof run === 'function'
  );
}

function checkNames(names: readonly string[]): void {
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) {
    throw new TypeError(`Two tools have the name "${twice}"; those of request.tools count, too`);
  }
}
