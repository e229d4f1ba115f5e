/** `#rrggbb` as numbers; a broken colour is a neutral grey rather than an error on a screen. */
export function channels(color: string): readonly [number, number, number] {
  const match = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color.trim());
  if (!match) return [128, 132, 142];
  return [parseInt(match[1] ?? '80', 16), parseInt(match[2] ?? '84', 16), parseInt(match[3] ?? '8e', 16)];
}

export const withAlpha = (color: string, alpha: number): string => `rgb(${channels(color).join(' ')} / ${alpha})`;

/** Luminance up to which white has a contrast of 4.5, and from which #16171b has. */
const WHITE_READS = 1.05 / 4.5 - 0.05;
const DARK_READS = 4.5 * (0.0084 + 0.05) - 0.05;

/** Near-black or white, whichever reads on a colour (WCAG relative luminance, contrast 4.5); black on the few in between. */
export function inkOn(color: string): '#ffffff' | '#16171b' | '#000000' {
  const [r, g, b] = channels(color).map((value) => {
    const c = value / 255;
    return c <= 0.03928 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
  });
  const luminance = 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
  if (luminance <= WHITE_READS) return '#ffffff';
  return luminance >= DARK_READS ? '#16171b' : '#000000';
}

/** Up to two letters of a name. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => Array.from(word ?? '?')[0]?.toUpperCase() ?? '').join('');
}
