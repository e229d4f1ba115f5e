import { describe, expect, test } from 'vitest';

import { uuidv7 } from '../src/index.js';

describe('an id', () => {
  test('is a UUIDv7 of the time it was made', () => {
    const id = uuidv7(0x0192_3456_789a);
    expect(id).toMatch(/^01923456-789a-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(id < uuidv7(0x0192_3456_789b)).toBe(true);
  });

  test('sorts by its turn among those of one millisecond, however many', () => {
    const ids = Array.from({ length: 10_000 }, () => uuidv7(1_764_500_000_000));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('can not be guessed from the one before', () => {
    const rest = (id: string): string => id.slice(19);
    expect(rest(uuidv7(5))).not.toBe(rest(uuidv7(5)));
  });
});
