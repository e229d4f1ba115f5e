import { Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';

import { LEVELS } from '~/features/workflow/words';
import { cx } from '~/lib/cx';
import { Button, IconButton } from '~/ui/controls';
import { skillState, type SkillRow } from './profile';

interface SkillsProps {
  skills: readonly SkillRow[];
  /** What is wrong with a field, by the server's name of it. */
  problem: (field: string) => string | undefined;
  onChange: (skills: readonly SkillRow[]) => void;
}

const STATES = { over: 'is over', soon: 'ends soon' } as const;

/** What somebody is certified to do: how well, and how long that counts. */
export function Skills({ skills, problem, onChange }: SkillsProps): ReactNode {
  const change = (index: number, more: Partial<SkillRow>): void =>
    onChange(skills.map((skill, at) => (at === index ? { ...skill, ...more } : skill)));
  const today = new Date().toISOString().slice(0, 10);
  return (
    <fieldset className="profile-group">
      <legend>Skills</legend>
      {skills.length === 0 && <p className="muted">None yet. Steps that ask for a skill are closed to them.</p>}
      <ul className="profile-skills">
        {skills.map((skill, index) => {
          const called = skill.name.trim() || `skill ${index + 1}`;
          const wrong = problem(`skills[${index}].name`) ?? problem(`skills[${index}].level`);
          const state = skillState(skill, today);
          return (
            <li key={index}>
              <div className="profile-skill">
                <input
                  className="input"
                  aria-label={`Name of skill ${index + 1}`}
                  placeholder="medical_coding"
                  value={skill.name}
                  aria-invalid={wrong !== undefined}
                  onChange={(event) => change(index, { name: event.target.value })}
                />
                <select
                  className="input"
                  aria-label={`Level of ${called}`}
                  value={skill.level}
                  onChange={(event) => change(index, { level: event.target.value })}
                >
                  {LEVELS.map(([value, name]) => (
                    <option key={value} value={value}>
                      {name}
                    </option>
                  ))}
                </select>
                <input
                  type="date"
                  className="input num"
                  aria-label={`Last day of ${called}`}
                  title="Last day it counts; empty: for ever"
                  value={skill.until}
                  onChange={(event) => change(index, { until: event.target.value })}
                />
                <IconButton label={`Remove ${called}`} onClick={() => onChange(skills.filter((_, at) => at !== index))}>
                  <X size={14} aria-hidden />
                </IconButton>
              </div>
              {(wrong ?? state) && (
                <small className={cx(wrong ? 'field-error' : 'field-hint', state === 'over' && 'skill-over')}>
                  {wrong ?? (state && `${called} ${STATES[state]}`)}
                </small>
              )}
            </li>
          );
        })}
      </ul>
      {problem('skills') && <small className="field-error">{problem('skills')}</small>}
      <Button
        look="plain"
        className="profile-add"
        icon={<Plus size={14} aria-hidden />}
        onClick={() => onChange([...skills, { name: '', level: 'novice', until: '', exact: null }])}
      >
        Add a skill
      </Button>
    </fieldset>
  );
}
