import type { UserSummary } from '@tandem/client';

/** Somebody, and what speaks against giving them a task. */
export interface Suited {
  readonly user: UserSummary;
  /** Null: not known yet. */
  readonly reasons: readonly string[] | null;
}

/** Everybody, and why it is not known what speaks against them, if it could not be asked. */
export interface Asked {
  readonly people: readonly Suited[];
  readonly failure: { readonly error: unknown; readonly retry: () => void } | null;
}

const rank = ({ reasons }: Suited): number => (reasons === null ? 1 : reasons.length === 0 ? 0 : 2);

/** Who may have it first, by name. */
export const sortSuited = (people: readonly Suited[]): readonly Suited[] =>
  [...people].sort((a, b) => rank(a) - rank(b) || a.user.name.localeCompare(b.user.name));
