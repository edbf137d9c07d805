export default {
  testEnvironment: 'jsdom',
  setupFiles: ['./globals-of-jsdom.cjs'],
  transform: { '\\.js$': ['babel-jest', { plugins: ['@babel/plugin-transform-modules-commonjs'] }] },
};
