export interface Built {
  readonly folder: string;
  readonly names: readonly string[];
  readonly fingerprint: string;
}
export const bundleBudget: number;
export function ensureBuilt(): Promise<Built>;
