export interface Packaged {
  readonly template: string;
  readonly artifacts: string;
  readonly names: readonly string[];
}
export function ensurePackaged(): Promise<Packaged>;
