/** What is read of a model before it is used: the names, types and shapes of its inputs and outputs. */
export interface TensorInfo {
  readonly name: string;
  readonly type: string;
  /** A name where the size is free. */
  readonly shape: readonly (number | string)[];
}

const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));

/** What a model lacks is said with what it has: whoever exported it sees what to change. */
export function missing(part: string, what: 'inputs' | 'outputs', has: readonly TensorInfo[], wanted: readonly string[]): Error {
  const names = has.map(({ name }) => name);
  return new Error(`the ${part} has the ${what} ${listed(names)}; expected are ${listed(wanted)}`);
}

export const hasAll = (has: readonly TensorInfo[], wanted: readonly string[]): boolean =>
  wanted.every((name) => has.some((one) => one.name === name));
