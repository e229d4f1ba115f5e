/**
 * Small checkers that turn `unknown` into a typed value or say where it is wrong.
 * `object<T>` wants one checker per key of the generated type, so a new field of the server's fails to compile here.
 */

/** A frame that is not what the protocol says. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

export type Check<T> = (value: unknown, path: string) => T;

const wrong = (path: string, wanted: string): never => {
  throw new FrameError(`${path}: expected ${wanted}`);
};

export const string: Check<string> = (value, path) => (typeof value === 'string' ? value : wrong(path, 'a string'));
export const boolean: Check<boolean> = (value, path) => (typeof value === 'boolean' ? value : wrong(path, 'true or false'));
export const number: Check<number> = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) ? value : wrong(path, 'a number');
export const count: Check<number> = (value, path) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : wrong(path, 'a whole number from 0');

/** A word of a vocabulary that may grow: an unknown word passes, so that an old client survives a newer server. */
export const word = <T extends string>(): Check<T> => string as Check<T>;

export const nullable =
  <T>(check: Check<T>): Check<T | null> =>
  (value, path) =>
    value === undefined || value === null ? null : check(value, path);

export const list =
  <T>(check: Check<T>): Check<T[]> =>
  (value, path) =>
    Array.isArray(value) ? value.map((item, i) => check(item, `${path}[${i}]`)) : wrong(path, 'a list');

/** A list that may be left out, like one with `#[serde(default)]`. */
export const listOrNone =
  <T>(check: Check<T>): Check<T[]> =>
  (value, path) =>
    value === undefined || value === null ? [] : list(check)(value, path);

/** For a field that an older server does not send. */
export const or =
  <T>(fallback: T, check: Check<T>): Check<T> =>
  (value, path) =>
    value === undefined ? fallback : check(value, path);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const record: Check<Record<string, unknown>> = (value, path) => (isObject(value) ? value : wrong(path, 'an object'));

/** Fields not named are dropped: the rest of the code sees only what was checked. */
export const object =
  <T>(fields: { readonly [K in keyof T]-?: Check<Exclude<T[K], undefined>> }): Check<T> =>
  (value, path) => {
    const source = record(value, path);
    const out: Record<string, unknown> = {};
    for (const key of Object.keys(fields))
      out[key] = (fields as Record<string, Check<unknown>>)[key]?.(source[key], `${path}.${key}`);
    return out as T;
  };
