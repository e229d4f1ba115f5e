/** Layouts to start from: what projects mostly ask, each sound as it is. */
export interface Start {
  readonly id: 'image' | 'entities' | 'classes' | 'pair' | 'empty';
  readonly name: string;
  readonly about: string;
  readonly source: string;
}

const IMAGE = `<Layout id="image-questions" name="Image and questions">
  <Section direction="column" direction:lg="row" gap="md">
    <Panel flex="3">
      <ImageAnnotator bind:source="$.input.image_url" bind:value="$.output.regions" />
    </Panel>
    <Panel title="The image" flex="1">
      <RadioGroup bind:value="$.output.quality" label="Quality" required="true">
        <Option value="good">Good</Option>
        <Option value="poor">Poor, but can be used</Option>
        <Option value="unusable">Cannot be used</Option>
      </RadioGroup>
      <TextArea bind:value="$.output.notes" label="Notes" :rows="3"
        required-when="$.output.quality == 'unusable'" />
    </Panel>
  </Section>
</Layout>
`;

const ENTITIES = `<Layout id="entities" name="Entities in a text">
  <Section direction="column" gap="md">
    <Header level="3">Mark the entities</Header>
    <NERTagger bind:source="$.input.text" bind:value="$.output.entities" :allow-overlapping="false" show-entity-count="true">
      <EntityType name="Person" color="#4ecdc4" hotkey="1" />
      <EntityType name="Organisation" color="#ff6b6b" hotkey="2" />
      <EntityType name="Place" color="#45b7d1" hotkey="3" />
    </NERTagger>
    <Show when="$.ui_context.ai_predictions">
      <AISuggestions bind:predictions="$.ui_context.ai_predictions" on:accept="acceptPrediction" />
    </Show>
  </Section>
  <Section direction="column" direction:md="row" gap="md">
    <Select bind:value="$.output.confidence" label="How sure are you?" required="true" flex="1">
      <Option value="high">High</Option>
      <Option value="medium">Medium</Option>
      <Option value="low">Low</Option>
    </Select>
    <TextArea bind:value="$.output.notes" label="Notes" flex="2" />
  </Section>
</Layout>
`;

const CLASSES = `<Layout id="classify" name="Text and classes">
  <Section direction="column" direction:lg="row" gap="md">
    <Panel title="The text" flex="2">
      <TextDisplay bind:source="$.input.text" font="reading" />
    </Panel>
    <Panel title="What is it about?" flex="1">
      <RadioGroup bind:value="$.output.topic" label="Topic" required="true">
        <Option value="question" hotkey="1">A question</Option>
        <Option value="problem" hotkey="2">A problem</Option>
        <Option value="other" hotkey="3">Something else</Option>
      </RadioGroup>
      <Show when="$.output.topic" equals="other">
        <TextInput bind:value="$.output.other_topic" label="What else?" required="true" max-length="80" />
      </Show>
      <Rating bind:value="$.output.urgency" label="Urgency" />
    </Panel>
  </Section>
</Layout>
`;

const PAIR = `<Layout id="compare" name="Two answers compared">
  <Panel title="The question">
    <TextDisplay bind:source="$.input.prompt" font="reading" />
  </Panel>
  <Pairwise bind:value="$.output.better" bind:left="$.input.left" bind:right="$.input.right"
    label="Which answer is better?" format="markdown" required="true" />
  <TextArea bind:value="$.output.reason" label="Why?" :rows="2" required="true" />
</Layout>
`;

const EMPTY = `<Layout id="layout" name="Layout">
  <Panel title="The task">
    <TextInput bind:value="$.output.answer" label="Answer" required="true" />
  </Panel>
</Layout>
`;

export const STARTS: readonly Start[] = [
  { id: 'image', name: 'Image and questions', about: 'Regions on an image, and what to say of all of it.', source: IMAGE },
  {
    id: 'entities',
    name: 'Entities in a text',
    about: 'Parts of a text are marked; how sure one is, and notes.',
    source: ENTITIES,
  },
  {
    id: 'classes',
    name: 'Text and classes',
    about: 'A text beside a form: one topic, more asked where it is needed.',
    source: CLASSES,
  },
  { id: 'pair', name: 'Two answers compared', about: 'Which of two is better, and why.', source: PAIR },
  { id: 'empty', name: 'From nothing', about: 'One field; the rest is yours.', source: EMPTY },
];
