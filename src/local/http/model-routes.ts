import { EMPTY } from 'rxjs';
import type { LocalModel } from '../local-model.js';
import type { ServerSettings } from '../server-settings.js';
import type { Handler } from './exchange.js';
import { LocalError } from './local-error.js';
import { sendJson } from './send.js';

/** Answers `GET /v1/models` with all models, the default first. */
export const sendModels: Handler = ({ response, settings }) => {
  const data = [...settings.models.keys()].map((id) => describeModel(id, settings));
  sendJson(response, { object: 'list', data });
  return EMPTY;
};

/** Answers `GET /v1/models/{id}` with one model. */
export const sendModel: Handler = ({ response, settings, notes }, id) => {
  notes.model = id;
  findModel(settings.models, id);
  sendJson(response, describeModel(id, settings));
  return EMPTY;
};

/** Returns the model with a name. Throws a `LocalError` 404, which names the models there are. */
export function findModel(models: ReadonlyMap<string, LocalModel>, name: string): LocalModel {
  const model = models.get(name);
  if (model === undefined) {
    throw new LocalError(404, `There is no model '${name}' here. The models are: ${[...models.keys()].join(', ')}.`, {
      param: 'model',
      code: 'model_not_found',
    });
  }
  return model;
}

function describeModel(id: string, { startedAt }: ServerSettings): object {
  return { id, object: 'model', created: Math.floor(startedAt / 1000), owned_by: 'rxllm-local' };
}
