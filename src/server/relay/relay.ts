import { isObject } from '../../util/is-object.js';
import type { HandlerContext } from '../to-node-handler.js';
import { Refusal, refuse } from './refusal.js';
import { readConfig, type RelayConfig, type RelaySession, type RelaySettings } from './relay-config.js';
import type { RelayedBody } from './relay-config.js';
import { beginStream, continueStream, stopStream } from './serve-streams.js';

/** Creates a handler of web requests that relays them to a model's server, whose key the callers never see. */
export function relay<Session extends RelaySession = RelaySession>(
  config: RelayConfig<Session>,
): (request: Request, context?: HandlerContext) => Promise<Response> {
  const settings = readConfig(config as unknown as RelayConfig);
  return async (request, context = {}) => {
    try {
      return await answer(request, settings, context);
    } catch (error) {
      return refuse(error);
    }
  };
}

async function answer(request: Request, settings: RelaySettings, context: HandlerContext): Promise<Response> {
  const session = settings.authorize(request) as RelaySession;
  const { pathname } = new URL(request.url);
  const [, endpoint] = /\/(chat\/completions|responses)$/u.exec(pathname) ?? [];
  if (endpoint !== undefined) {
    const body = (await request.json()) as RelayedBody;
    const form = endpoint === 'responses' ? 'responses' : 'chat';
    return beginStream(
      { form, body, session, wantsUsage: asksForUsage(body), signal: request.signal },
      settings,
      context,
    );
  }
  const [, id] = /\/streams\/([\w-]{16,128})$/u.exec(pathname) ?? [];
  if (id === undefined) {
    throw new Refusal(404, 'There is nothing at this address');
  }
  const key = { id, owner: session.user };
  return request.method === 'DELETE' ? stopStream(key, settings) : continueStream(key, request, settings);
}

function asksForUsage(body: RelayedBody): boolean {
  const options: unknown = body.stream_options;
  return isObject(options) && options['include_usage'] === true;
}
