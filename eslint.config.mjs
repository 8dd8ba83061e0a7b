import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** A rule that is switched off says why, so that the next reader can judge whether it still holds. */
const disableNeedsReason = {
  create: (context) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        if (!/^\s*eslint-disable/.test(comment.value) || / -- \S/.test(comment.value)) continue;
        context.report({
          loc: comment.loc,
          message: 'Say why on the same line: eslint-disable-next-line <rule> -- <reason>',
        });
      }
    },
  }),
};

const house = { rules: { 'disable-needs-reason': disableNeedsReason } };

const environmentOnlyInConfig = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Read the environment in config.ts or main.ts and hand the values on.',
};

export default defineConfig(
  { ignores: ['dist/', 'coverage/', '.data/', '**/generated/'] },
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { house },
    rules: { 'house/disable-needs-reason': 'error' },
  },
  {
    files: ['**/*.ts'],
    extends: [js.configs.recommended, tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Decorators need classes as values; `inline` keeps one import statement per module.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // type-graphql: an input, a payload or a stub of another subgraph's entity may be a class of decorators and nothing else.
      '@typescript-eslint/no-extraneous-class': 'off',
      // type-graphql: an object type describes a shape; what a resolver returns need not be an instance of it.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // A number reads the same in a template as in a log line; objects, null and any stay forbidden.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Adapters implement asynchronous ports, and not every one of them has something to wait for.
      '@typescript-eslint/require-await': 'off',
      // `() => doIt()` as a handler is clearer than the same in braces; a statement `return doIt()` still is refused.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-params': 'off',
      '@typescript-eslint/max-params': ['error', { max: 3 }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 10],
      'no-console': 'error',
      'no-restricted-syntax': ['error', environmentOnlyInConfig],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^#shared/[^/]+/', message: 'Enter a shared module by its front door: #shared/<module>.' },
            { regex: '^(\\.\\./)+shared/', message: 'Import #shared/<module>.' },
            { regex: '^\\.{1,2}/.*\\.[cm]?[jt]s$', message: 'Relative imports have no extension.' },
          ],
        },
      ],
    },
  },
  {
    // Where a process begins, and where it reads its settings. The inferred type of a configuration is its documentation.
    files: ['**/config.ts', '**/main.ts'],
    rules: { 'no-restricted-syntax': 'off', '@typescript-eslint/explicit-module-boundary-types': 'off' },
  },
  // A setting's inferred type says more than one written out by hand.
  // A resolver's parameters are the field's arguments, and those are named in the SDL.
  { files: ['**/*.resolver.ts'], rules: { '@typescript-eslint/max-params': 'off' } },
  { files: ['shared/config/environment.ts'], rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' } },
  // Commands talk to the person who typed them.
  { files: ['infra/scripts/**', 'infra/*/main.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.test.ts'],
    rules: {
      // A describe block is as long as there are cases to name.
      'max-lines-per-function': 'off',
      'no-console': 'off',
      // Tests read answers of any shape, and `!` on them fails just as a check would, at the same line.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [js.configs.recommended],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'Buffer',
          'URL',
          'performance',
          'fetch',
          'setTimeout',
          'clearTimeout',
          'setInterval',
          'clearInterval',
        ].map((name) => [name, 'readonly']),
      ),
    },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 10],
    },
  },
  { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs' } },
);
