import type { Contender, ContenderConfig } from './contender.js';
import { createRxllm } from './rxllm.js';

/** rxllm over `fetch`. */
export function createContender(config: ContenderConfig): Promise<Contender> {
  return createRxllm(config, ({ fetchTransport }) => fetchTransport());
}
