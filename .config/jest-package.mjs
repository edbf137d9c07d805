/* The specs of what is published and of the scripts beside it, which start many programs: the package, its command line, benchmarks, soak. */
export default {
  rootDir: '..',
  // Only for tests that hang.
  testTimeout: 60_000,
  testRegex: ['/spec/package/[^/]+\\.spec\\.ts$'],
  modulePathIgnorePatterns: ['<rootDir>/examples/angular-chat/', '<rootDir>/spec/consumers/'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '.config/tsconfig.jest.json' }] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};
