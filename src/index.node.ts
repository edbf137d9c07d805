/* The web entry, with a client that uses undici and reads the environment */
export * from './index.js';
export { createNodeClient as createClient } from './client/create-node-client.js';
