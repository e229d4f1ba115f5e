import { describe, expect, test } from 'vitest';

import { fieldNames, imageTagsLayout, missingOf, tagsIn, type TagQuestion } from '~/features/project/image-tags';

const weather: TagQuestion = { name: 'Weather', tags: ['sunny', 'rainy'], several: false, required: true };
const scene: TagQuestion = { name: 'What is there?', tags: ['road', 'water', 'trees'], several: true, required: false };
const named = (...names: string[]): { name: string }[] => names.map((name) => ({ name }));

describe('tags of the whole image', () => {
  test('are read between commas and lines, each once', () => {
    expect(tagsIn(' sunny, rainy ,,\nsunny\nfoggy ')).toEqual(['sunny', 'rainy', 'foggy']);
  });

  test('a question without a name, or with nothing to choose, is named with what it lacks', () => {
    expect(missingOf({ ...weather, name: ' ' })).toMatch(/^Name:/);
    expect(missingOf({ ...weather, tags: ['sunny'] })).toMatch(/^Tags:/);
    expect(missingOf(weather)).toBeNull();
  });

  test('fields have names that a path can have, none twice, none that of the regions', () => {
    expect(fieldNames(named('Weather', 'weather!', 'Größe der Straße', '2nd look', '天気', 'Regions'))).toEqual([
      'weather',
      'weather_2',
      'gro_e_der_stra_e',
      'nd_look',
      'tag',
      'regions_2',
    ]);
  });

  test('their keys are the digits that no label has, and those without one are there all the same', () => {
    const layout = imageTagsLayout(
      [weather, scene],
      [{ hotkey: '1' }, { hotkey: '3' }, ...Array.from('56789', (hotkey) => ({ hotkey }))],
    );
    const categories = [...layout.matchAll(/<Category value="(\w+)"(?: hotkey="(.)")? \/>/g)].map(([, value, key]) => [
      value,
      key,
    ]);
    expect(categories).toEqual([['sunny', '2'], ['rainy', '4'], ['road', undefined], ['water', undefined], ['trees', undefined]]); // prettier-ignore
  });

  test('what people write is text, whatever it looks like', () => {
    const layout = imageTagsLayout([{ ...weather, name: '"A" & <B>', tags: ['<x>', 'y"'] }], []);
    expect(layout).toContain('label="&quot;A&quot; &amp; &lt;B>"');
    expect(layout).toContain('<Category value="&lt;x>" hotkey="1" />');
  });
});
