/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import { availableParallelism } from 'node:os';

// Specs talk to servers on this machine, which the proxy of a developer cannot reach.
for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY']) {
  Reflect.deleteProperty(process.env, name);
  Reflect.deleteProperty(process.env, name.toLowerCase());
}

const config: Config = {
  // One more than the number of cores, because workers also wait for programs that specs start.
  maxWorkers: availableParallelism() + 1,
  // Only for tests that hang: a busy machine must not fail a test.
  testTimeout: 30_000,
  roots: ['<rootDir>/spec', '<rootDir>/examples'],
  testMatch: ['**/*.spec.ts'],
  // These need a browser or Redis, or start many programs: `npm run test:browser`, `test:redis`, `test:package`.
  testPathIgnorePatterns: ['/node_modules/', '/spec/browser/', '/spec/redis/', '/spec/package/'],
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
