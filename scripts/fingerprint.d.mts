export function fingerprint(root: string, paths: readonly string[]): string;
export function readStamp(path: string): string | undefined;
