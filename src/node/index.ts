/* The transport over undici, and what the environment names */
export { undiciTransport, type UndiciTransportConfig } from '../transport/undici-transport.js';
export { readEnvironment, type Environment } from '../client/create-node-client.js';
