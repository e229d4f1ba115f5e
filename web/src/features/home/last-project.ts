const KEY = 'tandem.project';

/** The project I worked in last, on this browser. */
export const lastProject = (): string | null => localStorage.getItem(KEY);
export const rememberProject = (id: string): void => localStorage.setItem(KEY, id);
