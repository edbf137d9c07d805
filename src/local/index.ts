/* A server that speaks the OpenAI API, on this machine */
export { startLocalServer, type LocalServer } from './start-local-server.js';
export { type LocalServerConfig } from './local-server-config.js';
export { type LocalRateLimit } from './http/sliding-window.js';

/* What answers */
export { type LocalDelta, type LocalModel, type LocalModelRequest } from './local-model.js';
export { type LocalMessage } from './answers/local-message.js';
