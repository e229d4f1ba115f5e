import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { PACKAGE } from '../src/package.js';
// @ts-expect-error a script without types
import { current, generated } from '../scripts/generate.mjs';

it('the generated types are those of openapi.json', async () => {
  expect(await (current as () => Promise<string>)(), 'stale: run `make generate`').toBe(
    await (generated as () => Promise<string>)(),
  );
});

it('the client introduces itself with its real version', () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  expect(PACKAGE).toBe(`tandem-client/${version}`);
});
