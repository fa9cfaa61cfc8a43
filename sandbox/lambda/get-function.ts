import { createHash } from 'node:crypto';
import type { GetFunctionCommandInput, GetFunctionCommandOutput } from '@aws-sdk/client-lambda';
import type { Operation } from '../kernel.ts';
import { existingFunction, functionReference } from './function-name.ts';

/** GetFunction: configuration and tags. There is no code to download, so `Code` carries no location. */
export const getFunction: Operation<GetFunctionCommandInput, Omit<GetFunctionCommandOutput, '$metadata'>> = {
  permissions: ({ input, ...scope }) => [
    { action: 'lambda:GetFunction', resource: functionReference(input.FunctionName ?? '', scope).arn },
  ],
  run: ({ sandbox, input, ...scope }) => {
    const reference = functionReference(input.FunctionName ?? '', scope);
    const qualifier = input.Qualifier ?? reference.qualifier;
    const stored = existingFunction(sandbox.world, { arn: reference.arn, ...(qualifier && { qualifier }) });
    return {
      Configuration: {
        FunctionName: stored.name,
        FunctionArn: stored.arn,
        Role: stored.role,
        Handler: stored.handler,
        Runtime: stored.runtime as 'nodejs24.x',
        Timeout: stored.timeoutSeconds,
        MemorySize: stored.memoryMegabytes,
        Environment: { Variables: stored.environment },
        LastModified: new Date(stored.lastModified).toISOString().replace('Z', '+0000'),
        RevisionId: stored.revisionId,
        CodeSha256: createHash('sha256').update(JSON.stringify(stored.code)).digest('base64'),
        Version: '$LATEST',
        State: 'Active',
        LastUpdateStatus: 'Successful',
        PackageType: 'Zip',
      },
      Code: { RepositoryType: 'S3' },
      Tags: stored.tags,
    };
  },
};
