/** Placeholder until the service is written. */
export type StatesState = Record<string, never>;

export const emptyStatesState = (): StatesState => ({});
