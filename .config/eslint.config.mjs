import js from '@eslint/js';
import rxjsX from 'eslint-plugin-rxjs-x';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const typeScript = ['**/*.ts'];
const shipped = ['src/**/*.ts'];
const specs = ['spec/**/*.ts'];
const tools = ['*.config.ts'];
// Checked without types, because the dependencies of these projects are installed only when they are built.
const app = ['examples/angular-chat/src/**/*.ts', 'spec/consumers/*/**/*.ts'];

const importRules = [
  {
    // Named imports of zod are not tree-shaken: a browser bundle would contain every locale.
    selector: 'ImportDeclaration[source.value=/^zod(?!\\u002Fmini$)/], ImportExpression[source.value=/^zod/]',
    message: "Import zod as `import * as z from 'zod/mini'`.",
  },
  {
    selector:
      "ImportDeclaration[source.value='zod/mini'] > :matches(ImportSpecifier, ImportDefaultSpecifier, ImportNamespaceSpecifier[local.name!='z'])",
    message: "Import zod as `import * as z from 'zod/mini'`.",
  },
  {
    selector: 'ExportNamedDeclaration[source.value=/^zod/]',
    message: 'zod is not re-exported.',
  },
  {
    selector: ':matches(ImportDeclaration, ImportExpression)[source.value=/^rxjs\\u002F(?!(?:testing|fetch)$)/]',
    message: "Import from 'rxjs', 'rxjs/fetch' and 'rxjs/testing' only.",
  },
];

const syntaxRules = [
  { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
  {
    // The Node entry exports everything that the web entry exports: a second list could only differ by mistake.
    selector: "ExportAllDeclaration:not([source.value='./index.js'])",
    message: 'Export by name, so that readers see what a file exports.',
  },
  { selector: 'ExportDefaultDeclaration', message: 'Export by name, so that everything has the same name everywhere.' },
  { selector: "ExportSpecifier[exported.name='default']", message: 'Export by name.' },
];

const testRules = [
  {
    selector: 'MemberExpression[object.name=/^(describe|it|test)$/][property.name=/^(only|skip|todo)$/]',
    message: 'Tests must not be skipped or singled out.',
  },
];

export default defineConfig(
  globalIgnores(['**/dist/', '**/.angular/', 'coverage/', 'spec/bench/contenders/.build-*/']),
  { linterOptions: { noInlineConfig: true } },
  js.configs.recommended,
  {
    rules: {
      curly: 'error',
      eqeqeq: 'error',
      'id-denylist': ['error', 'msg', 'req', 'res', 'opts', 'err', 'cb', 'ctx', 'evt', 'idx', 'arr', 'str', 'num'],
      'no-warning-comments': 'error',
      'object-shorthand': 'error',
    },
  },
  {
    files: ['**/*.{cjs,mjs}'],
    languageOptions: { globals: { process: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['spec/consumers/**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        ['AbortController', 'AbortSignal', 'Buffer', 'clearInterval', 'console', 'fetch', 'setInterval'].map((name) => [
          name,
          'readonly',
        ]),
      ),
    },
  },
  {
    // Written for several test runners.
    files: ['spec/consumers/**/*.test.js'],
    languageOptions: { globals: { describe: 'readonly', it: 'readonly' } },
  },
  {
    files: typeScript,
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked, rxjsX.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: `${import.meta.dirname}/..` } },
    rules: {
      // Unlike a field, a getter on a prototype does not appear in `inspect` or in copies.
      '@typescript-eslint/class-literal-property-style': 'off',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // Raw wire data is a record until it is validated, which `chunk['choices']` shows.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'default', format: null, custom: { regex: '\\$$', match: false } },
        { selector: 'objectLiteralProperty', modifiers: ['requiresQuotes'], format: null },
        { selector: 'typeLike', format: ['PascalCase'], custom: { regex: '^I[A-Z][a-z]', match: false } },
      ],
      // `interface Usage extends z.infer<typeof usage> {}` keeps the name in hovers and .d.ts files.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_$', ignoreRestSiblings: true }],
      // Caught errors and those of error callbacks are passed on unchanged.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/parameter-properties': 'error',
      // Servers send '' for missing strings, so `||` is often right for strings.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-restricted-syntax': ['error', ...importRules, ...syntaxRules],
      // Specs assert every teardown.
      'rxjs-x/no-ignored-takewhile-value': 'off',
      'rxjs-x/no-unsafe-takeuntil': 'off',
    },
  },
  {
    files: shipped,
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      'max-lines': ['error', 250],
      'no-console': 'error',
    },
  },
  {
    // The log of a server is where its operator looks.
    files: ['src/server/tell-operator.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    // In rxjs 7 only a Subscriber made by its constructor is tied to its parent before a synchronous source emits.
    files: ['src/util/operate.ts'],
    rules: { '@typescript-eslint/no-deprecated': 'off' },
  },
  {
    files: specs,
    rules: {
      // A wrong assertion fails its test.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // jest's asymmetric matchers, such as `expect.any(String)`, have the type `any`.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      // Code of users may throw anything, which must be passed on unchanged.
      '@typescript-eslint/only-throw-error': 'off',
      'no-restricted-syntax': ['error', ...importRules, ...syntaxRules, ...testRules],
      'rxjs-x/throw-error': 'off',
    },
  },
  {
    // People pass schemas of classic zod, which no other file needs.
    files: ['spec/support/classic-zod.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: app,
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
    rules: {
      ...Object.fromEntries(Object.keys(rxjsX.configs.recommended.rules).map((rule) => [rule, 'off'])),
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      // A component without state is an empty class with a decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      'max-lines': ['error', 200],
      'no-console': 'error',
    },
  },
  {
    // Checked without types, because their dependencies are installed only when they are run.
    files: ['spec/redis/**/*.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
    rules: Object.fromEntries(Object.keys(rxjsX.configs.recommended.rules).map((rule) => [rule, 'off'])),
  },
  {
    // Angular's builder reads the default export.
    files: ['**/main.server.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: tools,
    rules: { 'no-restricted-syntax': ['error', ...importRules] },
  },
);
