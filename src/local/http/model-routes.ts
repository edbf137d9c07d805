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

/** The model that answers `/embeddings`. */
export const embeddingModel = 'word-hashes';

/** The model that answers `/moderations`. */
export const moderationModel = 'word-lists';

/** What the models are that are not listed, since programs take the first of the list for chat. */
const descriptions: ReadonlyMap<string, string> = new Map([
  [embeddingModel, 'Embeddings made from word hashes, for trying things without a model.'],
  [moderationModel, 'Moderation by a short list of words per category, for trying things without a model.'],
]);

/** Answers `GET /v1/models/{id}` with one model. */
export const sendModel: Handler = ({ response, settings, notes }, id) => {
  notes.model = id;
  const description = settings.models.has(id) ? undefined : descriptions.get(id);
  if (description === undefined) {
    findModel(settings.models, id);
  }
  sendJson(response, { ...describeModel(id, settings), description });
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
