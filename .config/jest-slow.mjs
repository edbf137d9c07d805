/* The specs that take long: what is published and the command line as programs, faults on the wire, the shape of the source. */
import { availableParallelism } from 'node:os';
import './without-proxies.cjs';

export default {
  rootDir: '..',
  maxWorkers: availableParallelism() + 1,
  // Only for tests that hang.
  testTimeout: 60_000,
  roots: ['<rootDir>/spec'],
  testRegex: ['/spec/(architecture|faults|package)/[^/]+\\.spec\\.ts$', '\\.slow\\.spec\\.ts$'],
  modulePathIgnorePatterns: ['<rootDir>/spec/consumers/'],
  transform: {
    '^.+\\.ts$': ['ts-jest', { tsconfig: '.config/tsconfig.jest.json' }],
    '^.+\\.mjs$': '<rootDir>/.config/jest-modules.mjs',
  },
  transformIgnorePatterns: ['/node_modules/(?!@angular/)'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};
