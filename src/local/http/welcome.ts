import { EMPTY } from 'rxjs';
import type { Handler } from './exchange.js';
import { sendText } from './send.js';

/** `GET /`: tells whoever opens the address in a browser what this is. */
export const sendWelcome: Handler = ({ response, settings }) => {
  const models = [...settings.models.keys()].join(', ');
  sendText(
    response,
    'This is the development server of rxllm: it speaks the OpenAI API under /v1, but it is not a language model. ' +
      `Its models: ${models}.\n`,
  );
  return EMPTY;
};
