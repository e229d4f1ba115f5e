/** Krippendorff's alpha for nominal data, from the coincidence matrix (Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011, section C), as the server has it. */
import type { Json } from '@tandem/client';

import { isList, isObject } from '~/lib/json';
import { nameOfItem } from './values';

/**
 * 1 when all pairs agree, also where nothing varies (the formula is then 0/0, and disagreement was never seen); 0 is chance, below it is worse than chance.
 * @param units of each unit the values that observers gave it; who gave none is not in it
 * @returns null: no unit has two values
 */
export function nominalAlpha(units: readonly (readonly string[])[]): number | null {
  const totals = new Map<string, number>();
  let [n, agreeing] = [0, 0];
  for (const unit of units) {
    // What one observer alone rated cannot be paired.
    if (unit.length < 2) continue;
    const counts = new Map<string, number>();
    for (const value of unit) counts.set(value, (counts.get(value) ?? 0) + 1);
    n += unit.length;
    for (const [value, count] of counts) {
      agreeing += (count * (count - 1)) / (unit.length - 1);
      totals.set(value, (totals.get(value) ?? 0) + count);
    }
  }
  if (n === 0) return null;
  const observed = n - agreeing;
  const expected = n * (n - 1) - [...totals.values()].reduce((sum, total) => sum + total * (total - 1), 0);
  return observed < 1e-9 ? 1 : 1 - ((n - 1) * observed) / expected;
}

/** Each field is a unit, rated by whoever filled it in; a list is one value. */
export function unitsOf(outputs: readonly Json[]): readonly (readonly string[])[] {
  const units = new Map<string, string[]>();
  const walk = (value: Json, path: string): void => {
    if (value === null) return;
    if (isObject(value)) {
      for (const [name, inner] of Object.entries(value))
        walk(inner, `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
      return;
    }
    const said = isList(value) ? JSON.stringify(value.map(nameOfItem)) : JSON.stringify(value);
    const unit = units.get(path);
    if (unit) unit.push(said);
    else units.set(path, [said]);
  };
  for (const output of outputs) walk(output, '');
  return [...units.values()];
}
