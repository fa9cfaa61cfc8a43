/** Placeholder until the service is written. */
export type EventsState = Record<string, never>;

export const emptyEventsState = (): EventsState => ({});
