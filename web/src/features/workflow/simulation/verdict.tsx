import './simulation.css';

import { SlidersHorizontal, X } from 'lucide-react';
import type { ReactNode } from 'react';

import { Button } from '~/ui/controls';
import type { Form } from '../form';
import { percentWords, timeWords, verdictOf, type Simulated } from '../overlay';

interface VerdictProps {
  form: Form;
  simulated: Simulated;
  change: () => void;
  clear: () => void;
}

const TEAMS: Readonly<Record<string, string>> = { labelers: 'Labelers', reviewers: 'Reviewers', adjudicators: 'Adjudicators' };

/** What a simulation comes to, beside the picture it is drawn over. */
export function Verdict({ form, simulated, change, clear }: VerdictProps): ReactNode {
  const teams = simulated.teams.filter((team) => team.people > 0);
  return (
    <section className="verdict" aria-label="What the simulation says" data-testid="verdict">
      <div className="verdict-words" role="status">
        {verdictOf(form, simulated).map((sentence, index) => (
          <p key={sentence} className={index === 0 ? 'verdict-first' : ''}>
            {sentence}
          </p>
        ))}
        {simulated.other_paths > 0.005 && (
          <p className="muted">{percentWords(simulated.other_paths)} took ways too rare to be drawn.</p>
        )}
      </div>
      <table className="verdict-teams">
        <caption>How busy each team is</caption>
        <tbody>
          {teams.map(({ team, people, utilisation, work }) => (
            <tr key={team}>
              <th scope="row">
                {TEAMS[team] ?? team} <span className="muted num">{people}</span>
              </th>
              <td className="verdict-bar" aria-hidden>
                <span style={{ width: percentWords(utilisation) }} className={utilisation > 0.9 ? 'verdict-full' : ''} />
              </td>
              <td className="num" title={`${timeWords(work)} of work together`}>
                {percentWords(utilisation)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="verdict-actions">
        <Button look="plain" icon={<SlidersHorizontal size={15} aria-hidden />} onClick={change}>
          Suppose otherwise …
        </Button>
        <Button look="plain" icon={<X size={15} aria-hidden />} onClick={clear}>
          Clear
        </Button>
      </div>
    </section>
  );
}
