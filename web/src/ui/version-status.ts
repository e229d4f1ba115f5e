/** How the standing of a version is told: of workflows and of layouts alike. */
export const STATUS = { draft: 'Draft', active: 'Active', retired: 'Retired' } as const;
export const TONE = { draft: 'pill-warn', active: 'pill-good', retired: '' } as const;
