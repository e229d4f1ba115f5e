/** `#rrggbb` as numbers; a broken colour is a neutral grey rather than an error on a screen. */
export function channels(color: string): readonly [number, number, number] {
  const match = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color.trim());
  if (!match) return [128, 132, 142];
  return [parseInt(match[1] ?? '80', 16), parseInt(match[2] ?? '84', 16), parseInt(match[3] ?? '8e', 16)];
}

export const withAlpha = (color: string, alpha: number): string => `rgb(${channels(color).join(' ')} / ${alpha})`;

/** Black or white, whichever reads better on a colour (WCAG relative luminance). */
export function inkOn(color: string): '#ffffff' | '#16171b' {
  const [r, g, b] = channels(color).map((value) => {
    const c = value / 255;
    return c <= 0.03928 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
  });
  const luminance = 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
  return luminance > 0.36 ? '#16171b' : '#ffffff';
}

/** Up to two letters of a name. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => Array.from(word ?? '?')[0]?.toUpperCase() ?? '').join('');
}
