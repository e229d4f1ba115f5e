import { device } from '~/lib/keep';
import { createStore } from '~/lib/store';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'tandem.theme';
const parse = (text: string | null): Theme => (text === 'light' || text === 'dark' ? text : 'system');

export const theme = createStore<Theme>(parse(device.getItem(KEY)));

export function setTheme(next: Theme): void {
  theme.set(next);
  if (next === 'system') {
    device.removeItem(KEY);
    delete document.documentElement.dataset.theme;
  } else {
    device.setItem(KEY, next);
    document.documentElement.dataset.theme = next;
  }
}
