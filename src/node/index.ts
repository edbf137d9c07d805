/* The undici transport, and the configuration in environment variables */
export { undiciTransport, type UndiciTransportConfig } from '../transport/undici/undici-transport.js';
export { readEnvironment, type Environment } from '../client/environment.js';
