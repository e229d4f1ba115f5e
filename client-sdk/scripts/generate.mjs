#!/usr/bin/env node
// generate [--check]   src/generated/openapi.ts from openapi.json. With --check nothing is written; a stale file is an error.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../openapi.json', import.meta.url);
const target = new URL('../src/generated/openapi.ts', import.meta.url);

export async function generated() {
  const ast = await openapiTS(source, { alphabetize: true, defaultNonNullable: false });
  return `// Generated from openapi.json by \`npm run generate\`. Do not edit.\n\n${astToString(ast)}`;
}

export const current = () => readFile(target, 'utf8').catch(() => '');

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const text = await generated();
  if (process.argv.includes('--check')) {
    if (text !== (await current())) {
      console.error('client-sdk/src/generated/openapi.ts is stale: run `make generate`');
      process.exit(1);
    }
  } else await writeFile(target, text);
}
