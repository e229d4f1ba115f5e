import hooks from 'eslint-plugin-react-hooks';

import root from '../eslint.config.js';

/** The canvas code has three layers; imports go one way: geometry <- tools <- canvas. */
const layer = (folder, forbidden) => ({
  files: [`**/src/${folder}/**`],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [{ group: forbidden, message: 'geometry <- tools <- canvas: imports go one way' }] },
    ],
  },
});

export default [
  { ignores: ['**/shots/**', '**/e2e/**', 'bench/*.mjs'] },
  ...root,
  { files: ['**/src/**/*.{ts,tsx}'], ...hooks.configs.flat['recommended-latest'] },
  {
    // A browser may refuse to keep anything: one file knows how to live with that.
    files: ['**/src/**/*.{ts,tsx}'],
    ignores: ['**/src/lib/keep.ts'],
    rules: {
      'no-restricted-globals': ['error', { name: 'localStorage', message: 'Use `device` of lib/keep: it never throws.' }],
    },
  },
  // These run in a page as well: Playwright sends parts of them there.
  { files: ['**/scripts/**/*.mjs'], languageOptions: { globals: { window: 'readonly', localStorage: 'readonly' } } },
  layer('geometry', ['**/tools/**', '**/canvas/**', '**/features/**', 'react*', 'konva*']),
  layer('tools', ['**/canvas/**', '**/features/**', 'react*', 'konva*']),
  layer('canvas', ['**/features/**']),
];
