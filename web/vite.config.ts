import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

import { opencv } from './scripts/opencv.ts';

const server = process.env.TANDEM_SERVER ?? 'http://127.0.0.1:8080';

const conditions = ['tandem-source', 'module', 'browser', 'development|production'];

export default defineConfig(({ mode }) => ({
  plugins: [react(), opencv()],
  // The assistant's worker loads what it needs as modules.
  worker: { format: 'es' },
  resolve: {
    alias: {
      '~': fileURLToPath(new URL('./src', import.meta.url)),
    },
    // The SDK's own source, so that one build (and one error) covers both.
    conditions,
    // Two copies of Yjs in one page would not recognise each other's types.
    dedupe: ['yjs', 'react', 'react-dom'],
  },
  // The tests' own resolver has its own list.
  ssr: { resolve: { conditions } },
  server: {
    proxy: {
      '/api': server,
      '/ws': { target: server, ws: true },
    },
  },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 700,
    // `vite build --mode dev` builds the page that runs on the in-memory fake; it is never shipped.
    // `--mode bench`: what the workbench's drawing is measured against.
    ...(mode === 'bench' ? { rolldownOptions: { input: 'bench/konva/index.html' } } : {}),
    ...(mode === 'dev' ? { outDir: 'node_modules/.dev-page', rolldownOptions: { input: 'tests/dev/index.html' } } : {}),
  },
  test: {
    // How long a machine takes is no rule that a unit test checks.
    testTimeout: 30_000,
    environment: 'node',
    server: { deps: { inline: ['@tandem/client'] } },
    include: ['tests/**/*.test.{ts,tsx}'],
  },
}));
