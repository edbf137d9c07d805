import { createRequire } from 'node:module';
import { parse } from 'partial-json';
import type * as Rxjs from 'rxjs';
import type * as Rxllm from 'rxllm';
import { type Contender, type ContenderConfig, request } from './contender.js';
import { createContender as createRxllm } from './rxllm.js';

/** rxllm, whose text so far is parsed with the `partial-json` package for each delta. */
export async function createContender(config: ContenderConfig): Promise<Contender> {
  const { accumulateText, createClient, textDeltas } = (await import(config.build)) as typeof Rxllm;
  const { lastValueFrom, map } = createRequire(config.build)('rxjs') as typeof Rxjs;
  const client = createClient({ baseURL: config.baseURL });
  return {
    ...(await createRxllm(config)),
    object: async () => {
      const values = client.chat(request).pipe(
        textDeltas(),
        accumulateText(),
        map((text) => parse(text) as unknown),
      );
      return JSON.stringify(await lastValueFrom(values));
    },
  };
}
