import type { Service } from '../kernel.ts';
import { getSecretValue } from './get-secret-value.ts';
import { createSecret, putSecretValue } from './write-secret.ts';

/** Secrets of text, as far as a webhook needs one: made, replaced and read. */
export const secretsManagerService: Service = {
  name: 'secretsmanager',
  operations: { CreateSecret: createSecret, GetSecretValue: getSecretValue, PutSecretValue: putSecretValue },
  jobs: {},
  providers: {},
};
