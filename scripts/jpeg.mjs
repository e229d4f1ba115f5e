// A JPEG made by hand, for tests that need a huge one with known content: each block of 8 x 8 pixels has one grey, exactly. No library makes one of 200
// megapixels in a second.

/** Lengths of codes and what they stand for: DC differences of 0 to 8 bits, and of AC nothing but "the rest is zero". */
const DC = { counts: [0, 0, 0, 16], values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] };
const AC = { counts: [1], values: [0] };
const END_OF_BLOCK = { code: 0, length: 1 };

const word = (n) => [(n >> 8) & 255, n & 255];
const segment = (marker, data) => [0xff, marker, ...word(data.length + 2), ...data];
const table = (kind, { counts, values }) => [
  kind,
  ...Array.from({ length: 16 }, (_, i) => Math.min(counts[i] ?? 0, values.length)),
  ...values,
];

/** EXIF with nothing in it but how the picture is to be turned (1 to 8). */
const turned = (orientation) => [
  ...Buffer.from('Exif\0\0MM\0*', 'latin1'),
  ...[0, 0, 0, 8, 0, 1],
  ...[0x01, 0x12, 0, 3, 0, 0, 0, 1, ...word(orientation), 0, 0],
  ...[0, 0, 0, 0],
];

/** @param grey of the block in a column and a row, as the file has them: 0 to 255 */
export function blocks(width, height, grey, orientation = 1) {
  const head = Buffer.from([
    ...[0xff, 0xd8],
    ...segment(0xe1, turned(orientation)),
    // A quantisation of 8 makes the DC coefficient the grey itself.
    ...segment(0xdb, [0, ...Array.from({ length: 64 }, () => 8)]),
    ...segment(0xc0, [8, ...word(height), ...word(width), 1, 1, 0x11, 0]),
    ...segment(0xc4, table(0x00, DC)),
    ...segment(0xc4, table(0x10, AC)),
    ...segment(0xda, [1, 1, 0, 0, 63, 0]),
  ]);
  return Buffer.concat([head, scan(Math.ceil(width / 8), Math.ceil(height / 8), grey), Buffer.from([0xff, 0xd9])]);
}

function scan(columns, rows, grey) {
  // 4 bits say how long a difference is, up to 8 bits what it is, one that the block ends; and a zero after each byte of ones.
  const out = Buffer.alloc(columns * rows * 4 + 16);
  let [at, held, count, before] = [0, 0, 0, 0];
  const put = (bits, length) => {
    held = (held << length) | bits;
    count += length;
    while (count >= 8) {
      const byte = (held >> (count - 8)) & 255;
      out[at++] = byte;
      if (byte === 255) out[at++] = 0;
      count -= 8;
    }
    held &= (1 << count) - 1;
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = grey(column, row) - 128;
      const difference = value - before;
      before = value;
      const length = 32 - Math.clz32(Math.abs(difference));
      put(length, 4);
      if (length > 0) put(difference > 0 ? difference : difference + (1 << length) - 1, length);
      put(END_OF_BLOCK.code, END_OF_BLOCK.length);
    }
  }
  if (count > 0) put((1 << (8 - count)) - 1, 8 - count);
  return out.subarray(0, at);
}
