/** Above the list of regions: what it is to show. */
import { X } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';

import { EVERYTHING, STATE_WORDS, STATES, type RegionFilter } from './region-filter';

interface RegionFindProps {
  filter: RegionFilter;
  onChange: (filter: RegionFilter) => void;
  onClose: () => void;
}

export function RegionFind({ filter, onChange, onClose }: RegionFindProps): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return (
    <search
      className="region-find"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        onClose();
      }}
    >
      <input
        ref={input}
        type="search"
        className="input"
        placeholder="Label, shape, attribute"
        aria-label="Find regions by label, shape or attribute"
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.target.value })}
      />
      <select
        className="input"
        aria-label="Which regions"
        value={filter.state}
        onChange={(event) =>
          onChange({ ...filter, state: STATES.find((state) => state === event.target.value) ?? EVERYTHING.state })
        }
      >
        {STATES.map((state) => (
          <option key={state} value={state}>
            {STATE_WORDS[state]}
          </option>
        ))}
      </select>
      <button type="button" className="row-icon" aria-label="Show the whole list again" onClick={onClose}>
        <X size={15} aria-hidden />
      </button>
    </search>
  );
}
