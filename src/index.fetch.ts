/* The web entry, with a client that reads the environment; for servers that Angular bundles, which wants ES modules only */
export * from './index.js';
export { createFetchClient as createClient } from './client/create-fetch-client.js';
