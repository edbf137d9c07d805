/* The specs that need a real browser. They run one after another, because some count frames. */
export default {
  rootDir: '..',
  maxWorkers: 1,
  // Only for tests that hang.
  testTimeout: 60_000,
  forceExit: true,
  roots: ['<rootDir>/spec/browser'],
  testMatch: ['**/*.spec.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '.config/tsconfig.jest.json' }] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};
