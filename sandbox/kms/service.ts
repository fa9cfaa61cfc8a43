import type { Service } from '../kernel.ts';
import { aliasProvider } from './alias-provider.ts';
import { keyProvider } from './key-provider.ts';

/** Keys as S3 uses them. Nothing in Drawbridge calls KMS itself, so there are no operations. */
export const kmsService: Service = {
  name: 'kms',
  operations: {},
  jobs: {},
  providers: { 'AWS::KMS::Key': keyProvider, 'AWS::KMS::Alias': aliasProvider },
};
