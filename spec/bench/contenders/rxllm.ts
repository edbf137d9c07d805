import { createRequire } from 'node:module';
import type * as Rxjs from 'rxjs';
import type * as Rxllm from 'rxllm';
import { type Contender, type ContenderConfig, request, responseRequest } from './contender.js';

/** rxllm over the default transport. */
export function createContender(config: ContenderConfig): Promise<Contender> {
  return createRxllm(config, () => undefined);
}

/** Creates a contender from a build of rxllm, and the copy of rxjs that the build uses. */
export async function createRxllm(
  { baseURL, build, responses }: ContenderConfig,
  createTransport: (rxllm: typeof Rxllm) => Rxllm.Transport | undefined,
): Promise<Contender> {
  const rxllm = (await import(build)) as typeof Rxllm;
  const { filter, last, lastValueFrom, map } = createRequire(build)('rxjs') as typeof Rxjs;
  const { accumulateMessage, createClient, textDeltas } = rxllm;
  const transport = createTransport(rxllm);
  const client = createClient({ baseURL, ...(transport === undefined ? {} : { transport }) });
  const deltas = (): Rxjs.Observable<string> =>
    responses
      ? client.responses(responseRequest).pipe(
          filter((event) => event.type === 'response.output_text.delta'),
          map(({ delta }) => delta),
        )
      : client.chat(request).pipe(textDeltas());
  return {
    text: (first) =>
      new Promise((resolve, reject) => {
        let text = '';
        deltas().subscribe({
          next: (delta) => {
            if (text === '') {
              first();
            }
            text += delta;
          },
          error: reject,
          complete: () => resolve(text),
        });
      }),
    message: async () => (await lastValueFrom(client.chat(request).pipe(accumulateMessage(), last()))).content,
    toolArguments: async () => {
      const { toolCalls } = await lastValueFrom(client.chat(request).pipe(accumulateMessage(), last()));
      const json = toolCalls[0]?.arguments ?? '';
      JSON.parse(json);
      return json;
    },
  };
}
