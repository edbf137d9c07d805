import { createRequire } from 'node:module';
import type * as Rxjs from 'rxjs';
import type * as Rxllm from 'rxllm';
import { type Contender, type ContenderConfig, request, responseRequest } from './contender.js';

/** Accepts any value, so that its check costs nothing. */
const anything: Rxllm.StandardSchema = {
  '~standard': { version: 1, vendor: 'bench', validate: (value) => ({ value }) },
};

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
  const { last, lastValueFrom } = createRequire(build)('rxjs') as typeof Rxjs;
  const { accumulateMessage, accumulateObject, createClient, textDeltas } = rxllm;
  const transport = createTransport(rxllm);
  const client = createClient({ baseURL, ...(transport === undefined ? {} : { transport }) });
  const ask = (): Rxjs.Observable<Rxllm.ChatCompletionChunk | Rxllm.ResponseEvent> =>
    responses ? client.responses(responseRequest) : client.chat(request);
  return {
    text: (first) =>
      new Promise((resolve, reject) => {
        let text = '';
        ask()
          .pipe(textDeltas())
          .subscribe({
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
    message: async () => (await lastValueFrom(ask().pipe(accumulateMessage(), last()))).content,
    toolArguments: async () => {
      const { toolCalls } = await lastValueFrom(ask().pipe(accumulateMessage(), last()));
      const json = toolCalls[0]?.arguments ?? '';
      JSON.parse(json);
      return json;
    },
    object: async () => JSON.stringify(await lastValueFrom(ask().pipe(textDeltas(), accumulateObject(anything)))),
  };
}
