/**
 * Tags of the whole image, for projects that have no layout of their own: questions like "Weather" with what can be chosen, asked beside the regions. They are
 * a layout as any other, written here, so that submit checks them, exports have them, and the layout editor takes them further.
 */
import type { LabelDef } from '~/session/queries';

export interface TagQuestion {
  /** What people read. */
  readonly name: string;
  readonly tags: readonly string[];
  readonly several: boolean;
  readonly required: boolean;
}

/** By which other layouts may extend it. */
export const IMAGE_TAGS = 'image-tags';

/** One a line or between commas, each once. */
export const tagsIn = (text: string): string[] => [
  ...new Set(
    text
      .split(/[,\n]/)
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  ),
];

/** What is missing of a question; null: nothing. */
export function missingOf({ name, tags }: TagQuestion): string | null {
  if (name.trim() === '') return 'Name: say what is asked, for example Weather.';
  if (tags.length < 2) return 'Tags: at least two, or there is nothing to choose.';
  return null;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Names of fields in answers. Letters that a path cannot have become underscores; of two alike the second has a number. */
export function fieldNames(questions: readonly Pick<TagQuestion, 'name'>[]): string[] {
  // What is drawn is an answer's already.
  const taken = new Set(['regions']);
  return questions.map(({ name }) => {
    const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
    const word = plain.replace(/[^a-z0-9]+/g, '_').replace(/^[_\d]+|_+$/g, '') || 'tag';
    let field = word;
    for (let n = 2; taken.has(field); n++) field = `${word}_${n}`;
    taken.add(field);
    return field;
  });
}

/** Digits that no label has, in the order of the tags: letters are the workbench's tools and commands. */
function keysFor(labels: readonly Pick<LabelDef, 'hotkey'>[]): () => string | undefined {
  const taken = new Set(labels.map(({ hotkey }) => hotkey));
  const free = Array.from('123456789').filter((key) => !taken.has(key));
  return () => free.shift();
}

export function imageTagsLayout(questions: readonly TagQuestion[], labels: readonly Pick<LabelDef, 'hotkey'>[]): string {
  const fields = fieldNames(questions);
  const nextKey = keysFor(labels);
  const asked = questions.flatMap(({ name, tags, several, required }, at) => [
    `      <Classification bind:value="$.output.${fields[at] ?? ''}" label="${escaped(name.trim())}" mode="${several ? 'multi' : 'single'}"${required ? ' required="true"' : ''}>`,
    ...tags.map((tag) => {
      const key = nextKey();
      return `        <Category value="${escaped(tag)}"${key === undefined ? '' : ` hotkey="${key}"`} />`;
    }),
    '      </Classification>',
  ]);
  return [
    `<Layout id="${IMAGE_TAGS}" name="Regions and tags of the image">`,
    '  <Section direction="column" direction:md="row" gap="md">',
    '    <Panel flex="4">',
    '      <ImageAnnotator bind:source="$.input.image_url" bind:value="$.output.regions" />',
    '    </Panel>',
    '    <Panel title="The whole image" flex="1">',
    ...asked,
    '    </Panel>',
    '  </Section>',
    '</Layout>',
    '',
  ].join('\n');
}
