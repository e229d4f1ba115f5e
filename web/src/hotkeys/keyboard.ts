/** What a key that was pressed is called, on whatever keyboard. */

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'> &
  Partial<Pick<KeyboardEvent, 'code' | 'getModifierState'>>;

/** `Control+Shift+z`: the modifiers in one order, Mac's Command as Control, letters small. */
export function keyOf(event: Pressed): string {
  // Where a character is typed with AltGr, Windows says that Control and Alt are held.
  const third = event.getModifierState?.('AltGraph') === true && event.key.length === 1;
  const alt = event.altKey && !third;
  // With Alt a Mac types another letter in place of a digit.
  const digit = alt ? /^Digit(\d)$/.exec(event.code ?? '')?.[1] : undefined;
  const key = digit ?? (event.key.length === 1 ? event.key.toLowerCase() : event.key);
  // Shift is part of how `?` or `+` is typed, but says something of its own with letters and named keys.
  const shift = event.shiftKey && (key.length > 1 || isLetter(key));
  return [((event.ctrlKey && !third) || event.metaKey) && 'Control', alt && 'Alt', shift && 'Shift', key]
    .filter(Boolean)
    .join('+');
}

/** Letters that two cases have: `ä` and `ж` as well. */
const isLetter = (key: string): boolean => key.toLowerCase() !== key.toUpperCase();

/**
 * What may be meant, the likeliest first: what the key types, then what it would type on a Latin keyboard. So the letters of a Cyrillic or Greek
 * keyboard, and the row of digits where digits need Shift (AZERTY), do what their places do elsewhere, unless what they type has a meaning of its own.
 */
export function pressedKeys(event: Pressed): readonly string[] {
  const typed = keyOf(event);
  const place = latinOf(event);
  return place === null || place === event.key.toLowerCase() ? [typed] : [typed, keyOf({ ...copy(event), key: place })];
}

/** What the key is called without the Shift that is held, and nothing besides; null: that is not so. Digits go by their place: with Shift they type others. */
export function withoutShift(event: Pressed): string | null {
  if (!event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return null;
  const digit = /^Digit(\d)$/.exec(event.code ?? '')?.[1];
  return digit ?? latinOf(event) ?? (isLetter(event.key) ? event.key.toLowerCase() : null);
}

const copy = ({ ctrlKey, metaKey, altKey, shiftKey, code }: Pressed): Omit<Pressed, 'key'> => ({
  ctrlKey,
  metaKey,
  altKey,
  shiftKey,
  ...(code === undefined ? {} : { code }),
});

/** Beyond this characters are of other scripts than the Latin one. */
const LATIN = 0x24f;

function latinOf({ key, code, shiftKey }: Pressed): string | null {
  if (key.length !== 1 || code === undefined) return null;
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  if (digit !== undefined) return shiftKey || /\d/.test(key) ? null : digit;
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  return letter !== undefined && (key.codePointAt(0) ?? 0) > LATIN ? letter.toLowerCase() : null;
}
