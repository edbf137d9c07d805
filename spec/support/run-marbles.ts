/* Our own specs are the first users of the kit. */
export { runMarbles } from '../../src/testing/run-marbles.js';
