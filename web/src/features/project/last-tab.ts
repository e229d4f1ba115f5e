/** The tab of each project that was looked at last, as long as the page is open: a task leads back to where it was opened from. */
export const lastTab = new Map<string, string>();
