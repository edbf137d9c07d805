/** Empties the line of a terminal on which the cursor is, and goes to its beginning. */
export const eraseLine = '\r\u001b[K';
