import type { Sandbox } from '../kernel.ts';

/** Where an API answers while this sandbox runs; the port is another one each time. */
export function apiUrl(sandbox: Sandbox, apiId: string): string {
  return `${sandbox.endpoint}/_api/${apiId}`;
}
