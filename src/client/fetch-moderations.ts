import type { Observable } from 'rxjs';
import { list, misfit, object, type Read, word } from '../answers/read-fields.js';
import { ProtocolError } from '../errors/protocol-error.js';
import type { ModerationsAnswer, ModerationsRequest } from '../schemas/moderations.js';
import { isObject } from '../util/is-object.js';
import { fetchAnswer } from './fetch-answer.js';
import type { Settings } from './settings.js';

/** Creates the cold Observable of what a model finds in a request's inputs, as one value. */
export function fetchModerations(request: ModerationsRequest, settings: Settings): Observable<ModerationsAnswer> {
  return fetchAnswer(
    { operation: 'moderations', method: 'POST', path: '/moderations', body: request },
    { expected: 'a list of moderation results', read: (document) => [readFor(request.input, document)] },
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

const readModerations = object({ id: word, model: word, results: readResults }, misfit);

/** Reads one result for each text. A list that is too short would pass what nobody looked at. */
function readFor(input: ModerationsRequest['input'], document: unknown): ModerationsAnswer {
  if (!isObject(document) || !Array.isArray(document['results'])) {
    return misfit(document) as never;
  }
  const { length } = document['results'];
  const texts = Array.isArray(input) ? input.filter((item) => typeof item === 'string').length : 1;
  if (length < Math.max(texts, 1)) {
    throw new ProtocolError(`The server answered with ${length} moderation results for ${Math.max(texts, 1)} inputs`);
  }
  return readModerations(document) as ModerationsAnswer;
}
