/* The specs that read streams, without the lane for repeating events: the parser reads every event. */
import { availableParallelism } from 'node:os';
import './without-proxies.cjs';

const folders = 'chunks|client|faults|integration|sse|transport';

export default {
  rootDir: '..',
  maxWorkers: availableParallelism() + 1,
  // Only for tests that hang.
  testTimeout: 30_000,
  roots: ['<rootDir>/spec'],
  testRegex: [`/spec/(${folders})/[^/]+\\.spec\\.ts$`, '/spec/lane/plain-lane\\.spec\\.ts$'],
  modulePathIgnorePatterns: ['<rootDir>/examples/angular-chat/', '<rootDir>/spec/consumers/'],
  globals: { isPlain: true },
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '.config/tsconfig.jest.json' }] },
  moduleNameMapper: {
    '/lane/lane\\.js$': '<rootDir>/spec/lane/no-lane.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
};
