import { createStore } from '~/lib/store';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'tandem.theme';
const parse = (text: string | null): Theme => (text === 'light' || text === 'dark' ? text : 'system');

export const theme = createStore<Theme>(parse(localStorage.getItem(KEY)));

export function setTheme(next: Theme): void {
  theme.set(next);
  if (next === 'system') {
    localStorage.removeItem(KEY);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(KEY, next);
    document.documentElement.dataset.theme = next;
  }
}
