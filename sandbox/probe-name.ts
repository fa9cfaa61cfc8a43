/** Functions and state machines of targets that are probes say so by their names. */
export const isProbe = (name: string): boolean => name.startsWith('drawbridge-verify-');
