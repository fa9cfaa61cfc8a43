export function whileLocked<Result>(folder: string, work: () => Promise<Result>): Promise<Result>;
