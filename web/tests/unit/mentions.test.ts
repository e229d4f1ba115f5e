import { describe, expect, test } from 'vitest';

import { completed, matching, mentioned, queryAt, segments, type Mentionable } from '~/lib/mentions';

const person = (id: string, name: string): Mentionable => ({ id, name });
const PEOPLE = [
  person('a', 'Ann'),
  person('al', 'Ann Lee'),
  person('l', 'Łukasz Żak'),
  person('r', 'René Müller-Lüdenscheidt'),
  person('s', 'Søren Großmann'),
  person('e', 'Élodie (QA)'),
];
const names = (typed: string): string[] => matching(PEOPLE, typed).map(({ name }) => name);

describe('a mention is begun', () => {
  test('by an @ that no letter stands before, up to the caret', () => {
    expect(queryAt('see @an', 7)).toEqual({ from: 4, text: 'an' });
    expect(queryAt('@', 1)).toEqual({ from: 0, text: '' });
    expect(queryAt('(@ann l', 7)).toEqual({ from: 1, text: 'ann l' });
    expect(queryAt('see @ann and', 8)).toEqual({ from: 4, text: 'ann' });
  });

  test('and not by an address, a space after it, another line, or when it is long past', () => {
    expect(queryAt('ann@example.org', 15)).toBeNull();
    expect(queryAt('at @ noon', 9)).toBeNull();
    expect(queryAt('@ann\nhello', 10)).toBeNull();
    expect(queryAt('@ann  hello', 11)).toBeNull();
    expect(queryAt(`@${'x'.repeat(60)}`, 61)).toBeNull();
    expect(queryAt('nobody', 6)).toBeNull();
  });
});

describe('names', () => {
  test('are found by the beginnings of their words, without accents too', () => {
    expect(names('ann')).toEqual(['Ann', 'Ann Lee']);
    expect(names('ann l')).toEqual(['Ann Lee']);
    expect(names('lukasz')).toEqual(['Łukasz Żak']);
    expect(names('ŁUK')).toEqual(['Łukasz Żak']);
    expect(names('zak')).toEqual(['Łukasz Żak']);
    expect(names('luden')).toEqual(['René Müller-Lüdenscheidt']);
    expect(names('sor gross')).toEqual(['Søren Großmann']);
    expect(names('elodie')).toEqual(['Élodie (QA)']);
    expect(names('xyz')).toEqual([]);
  });

  test('are put where they were typed, with one space after them', () => {
    const done = (text: string, caret: number): string => {
      const query = queryAt(text, caret);
      if (!query) throw new Error('no mention');
      const next = completed(text, query, caret, 'Ann Lee');
      return `${next.text.slice(0, next.caret)}|${next.text.slice(next.caret)}`;
    };
    expect(done('hi @an', 6)).toBe('hi @Ann Lee |');
    expect(done('hi @an there', 6)).toBe('hi @Ann Lee |there');
    expect(done('@anx', 3)).toBe('@Ann Lee |x');
  });
});

describe('whom a text mentions', () => {
  const none = new Map<string, string>();

  test('is who is named in it, the longest name first, each once', () => {
    expect(mentioned('@Ann Lee and @ann, @ANN LEE!', PEOPLE, none)).toEqual(['al', 'a']);
    expect(mentioned('ask @Élodie (QA).', PEOPLE, none)).toEqual(['e']);
    // Typed with letter and accent apart.
    expect(mentioned('@Łukasz Żak'.normalize('NFD'), PEOPLE, none)).toEqual(['l']);
  });

  test('is nobody whose name only begins so, or stands in an address', () => {
    expect(mentioned('@Annabel, mail@ann.org, Ann', PEOPLE, none)).toEqual([]);
  });

  test('is the one who was picked, where two have a name', () => {
    const two = [person('1', 'Jan Nowak'), person('2', 'Jan Nowak')];
    expect(mentioned('@Jan Nowak', two, none)).toEqual(['1']);
    expect(mentioned('@Jan Nowak', two, new Map([['jan nowak', '2']]))).toEqual(['2']);
  });
});

describe('a text is shown', () => {
  const kinds = (text: string, people: readonly Mentionable[] = []): [string, string][] =>
    segments(text, people).map((part) => [part.kind, part.text]);

  test('with its mentions, and only of those that it mentions', () => {
    expect(kinds('@Ann Lee and @Ann', [person('al', 'Ann Lee')])).toEqual([
      ['mention', '@Ann Lee'],
      ['text', ' and @Ann'],
    ]);
  });

  test('with links of the web, without the sentence’s own signs', () => {
    expect(kinds('see https://example.org/a_(b)?q=1, (http://x.org). Done')).toEqual([
      ['text', 'see '],
      ['link', 'https://example.org/a_(b)?q=1'],
      ['text', ', ('],
      ['link', 'http://x.org'],
      ['text', '). Done'],
    ]);
  });

  test('and with nothing that could run', () => {
    for (const text of ['javascript:alert(1)', 'data:text/html,<b>', '<img src=x onerror=alert(1)>', 'https://', 'https://['])
      expect(kinds(text)).toEqual([['text', text]]);
    expect(kinds('https://x.org/"onmouseover="alert(1)')[0]).toEqual(['link', 'https://x.org/']);
  });
});
