/* The specs that need a real browser, one file after another: some count frames. */
export default {
  rootDir: '..',
  maxWorkers: 1,
  // Only to end what hangs.
  testTimeout: 60_000,
  forceExit: true,
  roots: ['<rootDir>/spec/browser'],
  testMatch: ['**/*.spec.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '.config/tsconfig.jest.json' }] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};
