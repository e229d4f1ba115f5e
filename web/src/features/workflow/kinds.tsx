import {
  Archive,
  Bot,
  BrainCircuit,
  CirclePause,
  CircleCheck,
  Cog,
  Columns2,
  Dices,
  Handshake,
  PenLine,
  Percent,
  Scale,
  SearchCheck,
  Split,
  Users,
  Webhook,
  type LucideIcon,
} from 'lucide-react';

import type { Kind } from './form';

interface About {
  readonly name: string;
  readonly about: string;
  readonly icon: LucideIcon;
  /** Who or what acts: it colours the icon, beside its shape. */
  readonly tone: 'people' | 'program' | 'router' | 'end';
}

export const ABOUT: Readonly<Record<Kind, About>> = {
  annotation: { name: 'Annotation', about: 'People answer, each for themselves', icon: PenLine, tone: 'people' },
  review: { name: 'Review', about: 'Somebody approves, rejects or asks for changes', icon: SearchCheck, tone: 'people' },
  adjudication: { name: 'Adjudication', about: 'Somebody decides between the answers', icon: Scale, tone: 'people' },
  consensus: { name: 'Consensus', about: 'Brings earlier answers together', icon: Handshake, tone: 'program' },
  auto_process: { name: 'Process', about: 'A handler of the server or a plugin', icon: Cog, tone: 'program' },
  conditional: { name: 'Condition', about: 'Only decides where to go', icon: Split, tone: 'router' },
  percentage_router: { name: 'Shares', about: 'Sends shares of the tasks different ways', icon: Percent, tone: 'router' },
  collaborator_router: { name: 'By person', about: 'Goes by who worked on it before', icon: Users, tone: 'router' },
  sampling: { name: 'Sampling', about: 'Draws a share of the tasks', icon: Dices, tone: 'router' },
  webhook: { name: 'Webhook', about: 'Calls an address', icon: Webhook, tone: 'program' },
  model: { name: 'Model', about: 'Asks a model for a pre-annotation', icon: BrainCircuit, tone: 'program' },
  external_agent: { name: 'Agent', about: 'Waits for an answer through the API', icon: Bot, tone: 'program' },
  hold: { name: 'Hold', about: 'Waits until somebody lets it go', icon: CirclePause, tone: 'router' },
  parallel: { name: 'Side by side', about: 'Branches, then a join', icon: Columns2, tone: 'router' },
  complete: { name: 'Done', about: 'The end', icon: CircleCheck, tone: 'end' },
  archive: { name: 'Archived', about: 'The end, set aside', icon: Archive, tone: 'end' },
};

const UNKNOWN: About = { name: 'Unknown type', about: 'There is no such type', icon: CirclePause, tone: 'router' };
export const aboutKind = (kind: string): About => (ABOUT as Readonly<Record<string, About>>)[kind] ?? UNKNOWN;
