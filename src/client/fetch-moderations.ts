import type { Observable } from 'rxjs';
import { list, misfit, object, type Read, word } from '../answers/read-fields.js';
import type { ModerationsAnswer, ModerationsRequest } from '../schemas/moderations.js';
import { isObject } from '../util/is-object.js';
import { type AnswerReader, fetchAnswer } from './fetch-answer.js';
import type { Settings } from './settings.js';

/** Creates the cold Observable of what a model finds in a request's inputs, as one value. */
export function fetchModerations(request: ModerationsRequest, settings: Settings): Observable<ModerationsAnswer> {
  return fetchAnswer(
    { operation: 'moderations', method: 'POST', path: '/moderations', body: request },
    moderations,
    settings,
  );
}

const fields: Read = (value) => (isObject(value) ? value : undefined);
const readFields = object(
  { categories: fields, category_scores: fields, category_applied_input_types: fields },
  misfit,
);

const readResults = list((value) => {
  if (!isObject(value) || typeof value['flagged'] !== 'boolean') {
    return misfit(value);
  }
  readFields(value);
  return { ...value, categories: value['categories'] ?? {}, category_scores: value['category_scores'] ?? {} };
}, misfit);

const readAnswer = object({ id: word, model: word, results: readResults }, misfit);

const moderations: AnswerReader<ModerationsAnswer> = {
  expected: 'a list of moderation results',
  read: (document) => [
    (isObject(document) && Array.isArray(document['results']) ? readAnswer : misfit)(document) as ModerationsAnswer,
  ],
};
