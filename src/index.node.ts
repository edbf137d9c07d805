/* Everything as on the web, but for a client that sends over undici and knows the environment's server and key */
export * from './index.js';
export { createNodeClient as createClient } from './client/create-node-client.js';
