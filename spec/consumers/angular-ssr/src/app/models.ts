/** What the server of the check does: it answers, never stops, or never sends a chunk. */
export const models = ['answering', 'endless', 'silent'];
