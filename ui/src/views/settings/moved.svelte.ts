import type { Moved } from './protection';

/** What is told after the protection of a book was changed: the settings are shown anew by then, of the new file. */
export const told: { moved: Moved | null } = $state({ moved: null });
