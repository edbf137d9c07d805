/* The web entry, with a client that reads the environment; for Bun, Deno, and servers that Angular bundles as ES modules */
export * from './index.js';
export { createFetchClient as createClient } from './client/create-fetch-client.js';
