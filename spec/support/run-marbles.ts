/* The runner that users get. */
export { runMarbles } from '../../src/testing/marbles/run-marbles.js';
