/* The transport over undici, and what the environment names */
export { undiciTransport, type UndiciTransportConfig } from '../transport/undici/undici-transport.js';
export { readEnvironment, type Environment } from '../client/read-environment.js';
