/**
 * OpenCV comes as one script with its WebAssembly written into it as text: a third more bytes, decoded by script, and compiled anew by each page. Taken apart
 * before a build, the WebAssembly is a file of its own, that is compressed, counted while it loads, and kept by the browser; the rest is a module.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const PACKAGE = '@techstark/opencv-js';
const INLINE = 'data:application/octet-stream;base64,';
const HEAD = '}(this, function () {';
/** From here on it only says to whom it belongs. */
const TAIL = "if (typeof exports === 'object' && typeof module === 'object')";

const folder = fileURLToPath(new URL('../node_modules/.opencv', import.meta.url));

/** Makes `opencv/opencv.wasm` and `opencv/opencv.js` importable: the latter is a function of the module's settings. */
export function opencv(): Plugin {
  return {
    name: 'opencv',
    config() {
      unpack();
      return { resolve: { alias: { opencv: folder } } };
    },
  };
}

function unpack(): void {
  const from = createRequire(import.meta.url).resolve(PACKAGE);
  const { version } = JSON.parse(readFileSync(join(dirname(from), '../package.json'), 'utf8')) as { version: string };
  // With what is done to it: who changes that here changes the number.
  const made = join(folder, `${version}.2.made`);
  if (statSync(made, { throwIfNoEntry: false })) return;
  const source = readFileSync(from, 'utf8');
  const begin = source.indexOf(INLINE + 'AGFzb');
  const end = source.indexOf('"', begin);
  const [head, tail] = [source.indexOf(HEAD), source.lastIndexOf(TAIL)];
  if (begin === -1 || head === -1 || tail === -1)
    throw new Error(`${PACKAGE} ${version} is put together in another way: scripts/opencv.ts`);
  const wasm = Buffer.from(source.slice(begin + INLINE.length, end), 'base64');
  const glue = source.slice(head + HEAD.length, begin) + 'opencv.wasm' + source.slice(end, tail);
  // Only Node would ask for these, and a bundler would look for them.
  const body = glue.replaceAll(/require\("(fs|path|crypto)"\)/g, 'undefined');
  mkdirSync(folder, { recursive: true });
  write('opencv.wasm', wasm);
  write(
    'opencv.js',
    `export default function load(Module) {${body}
  return cv(Module);\n}\nexport const BYTES = ${wasm.length};\n`,
  );
  writeFileSync(made, '');
}

/** Whole or not at all: builds may run beside one another. */
function write(name: string, content: string | Buffer): void {
  const unfinished = join(folder, `${name}.${process.pid}`);
  writeFileSync(unfinished, content);
  renameSync(unfinished, join(folder, name));
}
