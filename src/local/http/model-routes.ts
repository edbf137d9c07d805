import { EMPTY } from 'rxjs';
import { findModel } from '../find-model.js';
import type { Exchange, Handler } from './exchange.js';
import { sendJson } from './send.js';

/** `GET /v1/models`: the models, the default first. */
export const listModels: Handler = ({ response, settings }) => {
  const data = [...settings.models.keys()].map((id) => describeModel(id, settings));
  sendJson(response, { object: 'list', data });
  return EMPTY;
};

/** `GET /v1/models/{id}`: one model; an unknown one is a `LocalError` 404. */
export const showModel: Handler = ({ response, settings, notes }, id) => {
  notes.model = id;
  findModel(settings.models, id);
  sendJson(response, describeModel(id, settings));
  return EMPTY;
};

function describeModel(id: string, { startedAt }: Exchange['settings']): object {
  return { id, object: 'model', created: Math.floor(startedAt / 1000), owned_by: 'rxllm-local' };
}
