import { fromBase64 as decode, toBase64 as encode } from 'lib0/buffer';

import { FrameError } from './check.js';

export const toBase64 = (bytes: Uint8Array): string => encode(bytes);

export function fromBase64(text: string): Uint8Array {
  // Node's decoder skips what it does not know; the check makes both platforms refuse the same texts.
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) throw new FrameError('not base64');
  return decode(text);
}
