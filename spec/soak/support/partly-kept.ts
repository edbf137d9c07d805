/** What a measurement exits with whose promises were kept, one of them only for less than was promised. */
export const partlyKept = 3;
