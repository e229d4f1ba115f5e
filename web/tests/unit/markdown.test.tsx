// @vitest-environment happy-dom
import { cleanup, render } from '@testing-library/react';
import { afterEach, describe, expect, test } from 'vitest';

import { Markdown } from '~/layout/components/markdown';

afterEach(cleanup);

const html = (text: string): string => {
  cleanup();
  return render(<Markdown text={text} />).container.querySelector('.lay-markdown')?.innerHTML ?? '';
};

describe('a text in Markdown', () => {
  test.each([
    ['# Title', '<h3>Title</h3>'],
    ['#### Small ####', '<h6>Small</h6>'],
    ['one\ntwo\n\nthree', '<p>one\ntwo</p><p>three</p>'],
    [
      '**bold** and *slanted* and `x < y` and ~~gone~~',
      '<p><strong>bold</strong> and <em>slanted</em> and <code>x &lt; y</code> and <del>gone</del></p>',
    ],
    ['**bold with *both* in it**', '<p><strong>bold with <em>both</em> in it</strong></p>'],
    ['snake_case_name and 2 * 3 * 4', '<p>snake_case_name and 2 * 3 * 4</p>'],
    ['\\*not so\\*', '<p>*not so*</p>'],
    ['line  \nbroken', '<p>line<br>broken</p>'],
    ['- a\n- b\n  - c\n- d', '<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>'],
    ['3. three\n4. four', '<ol start="3"><li>three</li><li>four</li></ol>'],
    ['> said\n> > again', '<blockquote><p>said</p><blockquote><p>again</p></blockquote></blockquote>'],
    ['a\n\n---\n\nb', '<p>a</p><hr><p>b</p>'],
  ])('%j', (text, expected) => expect(html(text)).toBe(expected));

  test('code is shown as it stands', () => {
    const { container } = render(<Markdown text={'```js\nlet **x** = `1`;\n\n# no title\n```\nafter'} />);
    expect(container.querySelector('pre')?.textContent).toBe('let **x** = `1`;\n\n# no title');
    expect(container.querySelector('p')?.textContent).toBe('after');
  });

  test('links lead out of the page, and only to where a link may lead', () => {
    const { container } = render(
      <Markdown text="[ours](https://a.example/x_(y)) <mailto:a@b.example> [no](javascript:alert(1)) [nor](data:text/html,x)" />,
    );
    const links = [...container.querySelectorAll('a')];
    expect(links.map((link) => link.getAttribute('href'))).toEqual(['https://a.example/x_(y)', 'mailto:a@b.example']);
    expect(links.every((link) => link.rel.includes('noopener') && link.target === '_blank')).toBe(true);
    expect(container.textContent).toContain('[no](javascript:alert(1))');
  });

  test('what looks like HTML is text', () => {
    const { container } = render(<Markdown text={'<img src=x onerror=alert(1)>\n\n<script>alert(1)</script>'} />);
    expect(container.querySelector('img, script')).toBeNull();
    expect(container.textContent).toContain('<script>alert(1)</script>');
  });

  test('marks that end nowhere are letters, however many there are', () => {
    const text = `${'*a '.repeat(2_000)}${'['.repeat(500)}`;
    expect(html(text)).toBe(`<p>${text}</p>`);
  });
});
