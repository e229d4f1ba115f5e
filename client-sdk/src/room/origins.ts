import type { ChangedBy } from '../surface.js';

/** Who made a Yjs transaction. What carries none of these is mine. */
export const FROM_SERVER = Symbol('from the server');
export const FROM_STORAGE = Symbol('from this device');

export const isMine = (origin: unknown): boolean => origin !== FROM_SERVER && origin !== FROM_STORAGE;

/** Whose change a transaction is, as listeners are told. */
export const authorOf = (origin: unknown): ChangedBy =>
  isMine(origin) ? 'mine' : origin === FROM_STORAGE ? 'restored' : 'others';
