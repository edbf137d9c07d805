import { filter, firstValueFrom, map, toArray } from 'rxjs';
import { throwIfAborted } from '../../operators/throw-if-aborted.js';
import { Refusal } from './refusal.js';
import type { RelaySession, RelaySettings } from './relay-config.js';

/**
 * Checks that a session may ask for a model.
 *
 * @throws {Refusal} 400 without a model, 404 for one that is not allowed.
 */
export function checkModel(model: unknown, session: RelaySession, settings: RelaySettings): void {
  if (typeof model !== 'string' || model === '') {
    throw new Refusal(400, 'The body needs model: the name of a model', { param: 'model' });
  }
  if (!isAllowed(model, session, settings)) {
    const told = { kind: 'not_found', code: 'model_not_found', param: 'model' } as const;
    throw new Refusal(404, 'The model does not exist, or may not be used here', told);
  }
}

/** Answers with the allowed models: the names of the configuration, or what the model's server has of those. */
export async function listModels(
  { signal }: Request,
  session: RelaySession,
  settings: RelaySettings,
): Promise<Response> {
  const { models, client } = settings;
  const data =
    typeof models === 'function'
      ? await firstValueFrom(
          client.models().pipe(
            filter(({ id }) => isAllowed(id, session, settings)),
            map(({ id, created, owned_by }) => toModel(id, created, owned_by)),
            toArray(),
            throwIfAborted(signal),
          ),
        )
      : models.map((id) => toModel(id));
  return Response.json({ object: 'list', data });
}

/** Other fields of a model may tell about the account. */
function toModel(id: string, created?: number | null, owner?: string | null): object {
  return { id, object: 'model', created: created ?? 0, owned_by: owner ?? 'system' };
}

function isAllowed(model: string, session: RelaySession, { models }: RelaySettings): boolean {
  if (typeof models !== 'function') {
    return models.includes(model);
  }
  const allowed: unknown = models(model, session);
  // A Promise would allow everything.
  if (typeof allowed !== 'boolean') {
    throw new TypeError('models must return true or false');
  }
  return allowed;
}
