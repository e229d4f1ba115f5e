import { device } from '~/lib/keep';

const KEY = 'tandem.project';

/** The project I worked in last, on this browser. */
export const lastProject = (): string | null => device.getItem(KEY);
export const rememberProject = (id: string): void => void device.setItem(KEY, id);
