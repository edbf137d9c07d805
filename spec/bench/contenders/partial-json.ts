import { createRequire } from 'node:module';
import type * as Rxjs from 'rxjs';
import type * as Rxllm from 'rxllm';
import { type Contender, type ContenderConfig, request } from './contender.js';
import { createContender as createRxllm } from './rxllm.js';

// Installed beside this file, so that only who runs benchmarks has it, and the types of the whole do without.
const { parse } = createRequire(import.meta.url)('partial-json') as { readonly parse: (text: string) => unknown };

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
        map((text) => parse(text)),
      );
      return JSON.stringify(await lastValueFrom(values));
    },
  };
}
