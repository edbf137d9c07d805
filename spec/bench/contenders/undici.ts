import { Agent } from 'undici';
import { type Contender, type ContenderConfig, request } from './contender.js';
import { joinText, parseByHand } from './parse-by-hand.js';

const agent = new Agent({ bodyTimeout: 0, headersTimeout: 0 });

/** The loop written by hand, over undici's `dispatch` instead of `fetch`. */
export function createContender({ baseURL }: ContenderConfig): Contender {
  const { origin, pathname } = new URL(`${baseURL}/chat/completions`);
  return {
    text: (first) =>
      new Promise((resolve, reject) => {
        const joined = joinText(first);
        const parse = parseByHand(joined.add);
        agent.dispatch(
          {
            origin,
            path: pathname,
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ ...request, stream: true }),
          },
          {
            onRequestStart: () => undefined,
            onResponseStart: () => undefined,
            onResponseData: (_controller, bytes) => parse(bytes),
            onResponseEnd: () => resolve(joined.text),
            onResponseError: (_controller, error) => reject(error),
          },
        );
      }),
  };
}
