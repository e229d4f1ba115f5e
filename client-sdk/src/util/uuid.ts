/** Both browsers and Node have it. */
const random = (bytes: number): Uint8Array => globalThis.crypto.getRandomValues(new Uint8Array(bytes));

/** 12 bits between the time and the chance: those of one millisecond count up from somewhere in their lower half. */
const COUNTS = 2 ** 12;
let lastAt = -1;
let count = 0;

/**
 * A UUIDv7: sorts by the time it was made, and those one program made within a millisecond by their turn (RFC 9562, 6.2, method 1), because regions that are
 * added together are drawn in the order of their ids.
 */
export function uuidv7(now: number = Date.now()): string {
  const bytes = random(16);
  const view = new DataView(bytes.buffer);
  const drawn = view.getUint16(6) % (COUNTS / 2);
  const millisecond = Math.floor(now);
  count = millisecond === lastAt ? count + 1 : drawn;
  lastAt = millisecond;
  // More than a millisecond can count: the next one's.
  const at = millisecond + Math.floor(count / COUNTS);
  view.setUint16(0, Math.floor(at / 2 ** 32));
  view.setUint32(2, at % 2 ** 32);
  view.setUint16(6, 0x7000 | (count % COUNTS));
  view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
