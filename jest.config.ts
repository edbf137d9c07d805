/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import { availableParallelism } from 'node:os';

const config: Config = {
  // One more than there are cores, since programs that specs start are waited for.
  maxWorkers: availableParallelism() + 1,
  // Only to end what hangs: a busy machine is no failure.
  testTimeout: 30_000,
  roots: ['<rootDir>/spec', '<rootDir>/examples'],
  testMatch: ['**/*.spec.ts'],
  // These need a browser: `npm run test:browser`.
  testPathIgnorePatterns: ['/node_modules/', '/spec/browser/'],
  // A project of its own, with its own tests.
  modulePathIgnorePatterns: ['<rootDir>/examples/angular-chat/'],
  transform: {
    '^.+\\.ts$': ['ts-jest', { tsconfig: '.config/tsconfig.jest.json' }],
    '^.+\\.mjs$': '<rootDir>/.config/jest-modules.mjs',
  },
  transformIgnorePatterns: ['/node_modules/(?!@angular/)'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};

export default config;
