import { createMessageBuilder, type MessageBuilder } from '../chunks/message-builder.js';
import type { AccumulateMessageConfig } from './accumulate-message.js';
import { checkChoice, checkConfig, checkCount } from '../util/check.js';

/**
 * Checks what an operator that builds messages was called with, and gives a function that begins a message.
 *
 * @param name The operator, as its user writes it.
 */
export function prepareMessage(name: string, choice: number, config: AccumulateMessageConfig): () => MessageBuilder {
  checkChoice(choice);
  checkConfig(name, config, ['toolCalls']);
  const { toolCalls = 128 } = config;
  checkCount('toolCalls', toolCalls, 1);
  return () => createMessageBuilder({ choice, toolCalls });
}
