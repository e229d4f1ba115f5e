/**
 * Writes beside each built file worth it what is sent in its place to browsers that take it: `.br` and `.gz`. Once for all, at the best there is, because the
 * server sends them thousands of times; a proxy that compresses would do it for each.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const folder = fileURLToPath(new URL('../dist', import.meta.url));
/** Fonts and pictures are compressed already. */
const WORTH_IT = new Set(['.js', '.css', '.html', '.svg', '.json', '.wasm']);
/** Below it the headers weigh more than what is saved. */
const LEAST_BYTES = 1_000;
/** Brotli's best takes two seconds a megabyte, and a tenth of that one step of a few percent below. */
const LARGE_BYTES = 1_000_000;

const twins = {
  br: (content) =>
    promisify(brotliCompress)(content, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: content.length > LARGE_BYTES ? 9 : constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      },
    }),
  gz: (content) => promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION }),
};

async function compress(file) {
  const content = readFileSync(file);
  for (const [ending, made] of Object.entries(twins)) {
    const twin = await made(content);
    if (twin.length < content.length) writeFileSync(`${file}.${ending}`, twin);
  }
}

const files = readdirSync(folder, { recursive: true })
  .map((name) => join(folder, name))
  .filter((file) => WORTH_IT.has(extname(file)) && statSync(file).size >= LEAST_BYTES);
await Promise.all(files.map(compress));
