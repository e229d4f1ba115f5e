/** What is said about suggestions. */

/** Never 100 % of what is not sure. */
export const percentOf = (score: number): string => `${score < 1 ? Math.min(99, Math.round(score * 100)) : 100} %`;

export const many = (count: number): string => (count === 1 ? '1 suggestion' : `${count} suggestions`);

/** "at least 0.80: 14 of 20" */
export const overText = (threshold: number, over: number, all: number): string =>
  `at least ${threshold.toFixed(2)}: ${over} of ${all}`;
