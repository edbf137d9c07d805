/* The specs that need a Redis server: `npm run test:redis`. */
export default {
  rootDir: '..',
  // Only for tests that hang.
  testTimeout: 60_000,
  roots: ['<rootDir>/spec/redis'],
  testMatch: ['**/*.spec.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '.config/tsconfig.jest.json' }] },
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // The program finds the client where it is installed.
    '^redis$': '<rootDir>/spec/redis/node_modules/redis',
  },
};
