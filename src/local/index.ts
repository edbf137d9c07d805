/* A server that speaks the OpenAI API, on this machine */
export { startLocalServer, type LocalServer } from './start-local-server.js';
export { type LocalServerConfig } from './local-server-config.js';
export { type LocalRateLimit } from './http/sliding-window.js';
export { type LocalExchange, type LocalOutcome } from './local-exchange.js';

/* What answers */
export { builtInModels, type BuiltInModel } from './built-in-models.js';
export { type LocalDelta, type LocalModel, type LocalModelRequest } from './local-model.js';
export { type LocalMessage } from './answers/local-message.js';
