/** Which React component renders which component of a layout. What is not here is shown as a box that says so. */
import type { ComponentType } from 'react';

import { Checkbox, Classification, RadioGroup, Select } from './components/choices';
import { AnnotationComparison } from './components/comparison';
import { Divider, Flow, Grid, ImageAnnotator, Panel, Tabs } from './components/containers';
import { Alert, Badge, Button, Header, ImageViewer, Text, TextDisplay } from './components/content';
import { DateField, NumberField, Pairwise, Ranker, Rating } from './components/measures';
import { NERTagger, SentenceAnnotator } from './components/ner-tagger';
import { AgreementDisplay, AISuggestions, PreviousAnnotations } from './components/review';
import { TextArea, TextInput } from './components/text-fields';
import type { ComponentProps } from './context';

export const COMPONENTS: Readonly<Record<string, ComponentType<ComponentProps>>> = {
  Section: Flow,
  Box: Flow,
  GridItem: Flow,
  Grid,
  Panel,
  Tabs,
  Divider,
  Text,
  Header,
  Badge,
  Alert,
  Button,
  ImageViewer,
  TextDisplay,
  TextInput,
  TextArea,
  Select,
  RadioGroup,
  Checkbox,
  Number: NumberField,
  Date: DateField,
  Rating,
  Ranker,
  Pairwise,
  Classification,
  ImageAnnotator,
  NERTagger,
  SentenceAnnotator,
  AnnotationComparison,
  AgreementDisplay,
  PreviousAnnotations,
  AISuggestions,
  AIAssistPanel: AISuggestions,
};
