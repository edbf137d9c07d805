import type { Contender, ContenderConfig } from './contender.js';
import { createRxllm } from './rxllm.js';

/** rxllm over the default transport, without its lane for repeating events. */
export function createContender(config: ContenderConfig): Promise<Contender> {
  return createRxllm({ ...config, build: config.plainBuild }, () => undefined);
}
