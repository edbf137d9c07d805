/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import { availableParallelism } from 'node:os';
import './.config/without-proxies.cjs';

const config: Config = {
  // One more than the number of cores, because workers also wait for programs that specs start.
  maxWorkers: availableParallelism() + 1,
  // Only for tests that hang: a busy machine must not fail a test.
  testTimeout: 30_000,
  roots: ['<rootDir>/spec', '<rootDir>/examples'],
  testMatch: ['**/*.spec.ts'],
  // These need a browser or Redis, or take long: `npm run test:browser`, `test:redis`, `test:slow`.
  testPathIgnorePatterns: [
    '/node_modules/',
    '/spec/(architecture|browser|faults|package|redis)/',
    '\\.slow\\.spec\\.ts$',
  ],
  // Separate projects with their own tests.
  modulePathIgnorePatterns: ['<rootDir>/examples/angular-chat/', '<rootDir>/spec/consumers/'],
  transform: {
    '^.+\\.ts$': ['ts-jest', { tsconfig: '.config/tsconfig.jest.json' }],
    '^.+\\.mjs$': '<rootDir>/.config/jest-modules.mjs',
  },
  transformIgnorePatterns: ['/node_modules/(?!@angular/)'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};

export default config;
