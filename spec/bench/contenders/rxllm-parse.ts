import { createRequire } from 'node:module';
import type * as Rxjs from 'rxjs';
import type * as Rxllm from 'rxllm';
import { type Contender, type ContenderConfig, request } from './contender.js';
import { createContender as createRxllm } from './rxllm.js';

/** rxllm, whose text is parsed once, at the end: what a value costs without snapshots of it. */
export async function createContender(config: ContenderConfig): Promise<Contender> {
  const { createClient, textDeltas, toText } = (await import(config.build)) as typeof Rxllm;
  const { lastValueFrom } = createRequire(config.build)('rxjs') as typeof Rxjs;
  const client = createClient({ baseURL: config.baseURL });
  return {
    ...(await createRxllm(config)),
    object: async () => {
      const text = await lastValueFrom(client.chat(request).pipe(textDeltas(), toText()));
      return JSON.stringify(JSON.parse(text));
    },
  };
}
