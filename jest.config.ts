/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const config: Config = {
  maxWorkers: '100%',
  // Only to end what hangs: a busy machine is no failure.
  testTimeout: 30_000,
  roots: ['<rootDir>/spec', '<rootDir>/examples'],
  testMatch: ['**/*.spec.ts'],
  // These need a browser: `npm run test:browser`.
  testPathIgnorePatterns: ['/node_modules/', '/spec/browser/'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '.config/tsconfig.jest.json' }] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};

export default config;
