/* A server on this machine that speaks the OpenAI API */
export { startLocalServer, type LocalServer } from './start-local-server.js';
export {
  type LocalExchange,
  type LocalOutcome,
  type LocalRateLimit,
  type LocalServerConfig,
} from './local-server-config.js';

/* Its models */
export { builtInModels, type BuiltInModel } from './built-in-models.js';
export {
  type LocalDelta,
  type LocalMessage,
  type LocalModel,
  type LocalModelRequest,
  type LocalTool,
} from './local-model.js';
