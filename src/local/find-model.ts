import { LocalError } from './http/local-error.js';
import type { LocalModel } from './local-model.js';

/** The model of a name; none is a `LocalError` 404 that names those there are. */
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
