import { isObject } from '../../util/is-object.js';
import type { HandlerContext } from '../to-node-handler.js';
import { sessionOf } from './authorize.js';
import { admitPreflight, withOrigin } from './cross-origin.js';
import { listModels } from './models.js';
import { readBody } from './read-body.js';
import { readConfig } from './read-config.js';
import { isWebResponse, refuse } from './refusal.js';
import type { RelayConfig, RelaySession, RelaySettings } from './relay-config.js';
import { prepareBody } from './relayed-request.js';
import { routeOf } from './routes.js';
import { beginStream, continueStream, stopStream } from './serve-streams.js';
import { answerWhole } from './whole-answers.js';

/**
 * Creates a handler of web requests that relays them to a model's server, whose key the callers never see.
 *
 * It serves what ends in these paths: `POST chat/completions` and `POST responses`, `GET models`, and for the streams it has
 * begun `GET streams/{id}` and `DELETE streams/{id}`. An error of `authorize`, `models` or `prepare` is answered with 500
 * without its text; a `Response` that one of them throws is the answer. What only the operator can do something about (such
 * an error, one of the log, a refused key, a server that cannot be reached) is told to rxjs's `config.onUnhandledError`, or
 * else written to the log of the server.
 *
 * @throws TypeError naming the field of the configuration that is missing, invalid or unknown.
 */
export function relay<Session extends RelaySession = RelaySession>(
  config: RelayConfig<Session>,
): (request: Request, context?: HandlerContext) => Promise<Response> {
  const settings = readConfig(config as unknown as RelayConfig);
  const { origins } = settings;
  return async (request, context = {}) => {
    checkWebRequest(request);
    const refused = (error: unknown): Response =>
      request.signal.aborted ? new Response(null, { status: 499 }) : refuse(error);
    const response = admitPreflight(request, origins) ?? (await answer(request, settings, context).catch(refused));
    return withOrigin(response, request, origins);
  };
}

function checkWebRequest({ headers }: Partial<Request> = {}): void {
  if (typeof headers?.get !== 'function') {
    throw new TypeError(
      'A relay takes a web Request: use toNodeHandler(handle) for node:http and Express, handle(context.req.raw) for Hono',
    );
  }
}

async function answer(request: Request, settings: RelaySettings, context: HandlerContext): Promise<Response> {
  const route = routeOf(request);
  const session = await sessionOf(request, settings);
  if (isWebResponse(session)) {
    return session;
  }
  switch (route.name) {
    case 'models':
      return listModels(request, session, settings);
    case 'resume':
      return continueStream({ id: route.id, owner: session.user }, request, settings);
    case 'stop':
      return stopStream({ id: route.id, owner: session.user }, settings);
    default:
      return begin(request, route.name, session, settings, context);
  }
}

/** Begins an answer, which counts as open until it is whole, also where its reader has left. */
async function begin(
  request: Request,
  form: 'chat' | 'responses',
  session: RelaySession,
  settings: RelaySettings,
  context: HandlerContext,
): Promise<Response> {
  const asked = await readBody(request, settings.limits.bodyBytes);
  const { stream, stream_options: options } = asked;
  const wantsUsage = isObject(options) && options['include_usage'] === true;
  const body = prepareBody(form, asked, session, settings);
  const relayed = { form, body, session, wantsUsage, signal: request.signal };
  const id = stream === true ? settings.createId() : undefined;
  const close = settings.openStreams.open(session.user);
  return id === undefined
    ? answerWhole(relayed, settings).finally(close)
    : beginStream(id, relayed, settings, context, close);
}
