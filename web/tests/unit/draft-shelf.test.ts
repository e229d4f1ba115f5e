import { describe, expect, test } from 'vitest';

import { texts } from '~/features/layouts/kept';
import { forms } from '~/features/workflow/kept';

const device = () => {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => kept.set(key, text).has(key),
    removeItem: (key: string) => void kept.delete(key),
  };
};

describe('what was not saved', () => {
  test('is found again for its layout or workflow alone, until it is dropped', () => {
    const on = device();
    const form = { id: 'w', steps: [{ id: 'annotate', type: 'annotation' }] };
    texts.put(on, 'p', 'l', { name: 'Street', source: '<L', at: 7 });
    forms.put(on, 'p', 'l', { form, at: 8 });
    expect(texts.get(on, 'p', 'l')).toEqual({ name: 'Street', source: '<L', at: 7 });
    expect(forms.get(on, 'p', 'l')).toEqual({ form, at: 8 });
    expect(texts.get(on, 'p', null)).toBeNull();
    expect(texts.get(on, 'q', 'l')).toBeNull();
    texts.drop(on, 'p', 'l');
    expect(texts.get(on, 'p', 'l')).toBeNull();
    expect(forms.get(on, 'p', 'l')).not.toBeNull();
  });

  test('that is nothing of the kind is none', () => {
    const on = device();
    texts.put(on, 'p', 'l', { name: '', source: '', at: 0 });
    for (const broken of ['{"name":', '7', 'null', '{"name":"x","at":1}', '{"name":"x","source":"y"}']) {
      for (const key of on.kept.keys()) on.kept.set(key, broken);
      expect(texts.get(on, 'p', 'l'), broken).toBeNull();
    }
    forms.put(on, 'p', null, { form: { id: 'w', steps: [] }, at: 1 });
    for (const key of on.kept.keys()) on.kept.set(key, '{"form":{"id":"w","steps":[{}]},"at":1}');
    expect(forms.get(on, 'p', null)).toBeNull();
  });
});
