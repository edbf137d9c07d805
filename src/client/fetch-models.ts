import type { Observable } from 'rxjs';
import { count, list, misfit, object, word } from '../answers/read-fields.js';
import type { Model } from '../schemas/model.js';
import { isObject } from '../util/is-object.js';
import { type DocumentReader, fetchAnswer } from './fetch-answer.js';
import type { Settings } from './settings.js';

/** Creates the cold Observable of a server's models, one value per model. */
export function fetchModels(settings: Settings): Observable<Model> {
  return fetchAnswer({ operation: 'models', method: 'GET', path: '/models' }, modelList, settings);
}

const readModel = object({ object: word, created: count, owned_by: word }, misfit);
const readModels = list(
  (value) => (isObject(value) && typeof value['id'] === 'string' ? readModel(value) : misfit(value)),
  misfit,
);

const modelList: DocumentReader<Model> = {
  expected: 'a list of models',
  read: (document) => readModels(listIn(document)) as readonly Model[],
  limit: 'eventBytes',
};

/** Most servers send `{ data: [...] }`, some a bare list, and some null instead of an empty list. */
function listIn(document: unknown): unknown {
  const list = isObject(document) ? document['data'] : document;
  return list === null && document !== null ? [] : list;
}
