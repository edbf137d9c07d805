/* The runner that users get. */
export { runMarbles } from '../../src/testing/run-marbles.js';
