export type * from './surface.js';
export type * from './wire/types.js';
