/** ListExports and ListImports. */
import type {
  ListExportsCommandInput,
  ListExportsCommandOutput,
  ListImportsCommandInput,
  ListImportsCommandOutput,
} from '@aws-sdk/client-cloudformation';
import type { Operation } from '../kernel.ts';
import { validationError } from './errors.ts';
import { page } from './request-rules.ts';
import { exportsOf, importersOf } from './stack-exports.ts';
import { placeOf } from './stack-lookup.ts';

type Answer<Output> = Omit<Output, '$metadata'>;

export const listExports: Operation<ListExportsCommandInput, Answer<ListExportsCommandOutput>> = {
  permissions: () => [{ action: 'cloudformation:ListExports', resource: '*' }],
  run(call) {
    const { items, ...next } = page(exportsOf(placeOf(call)), call.input.NextToken, 100);
    const Exports = items.map(({ name, value, stack }) => ({
      ExportingStackId: stack.stackId,
      Name: name,
      Value: value,
    }));
    return { Exports, ...next };
  },
};

/** Stacks that import an export. An export nobody imports is an error, not an empty list (API Reference, ListImports). */
export const listImports: Operation<ListImportsCommandInput, Answer<ListImportsCommandOutput>> = {
  permissions: () => [{ action: 'cloudformation:ListImports', resource: '*' }],
  run(call) {
    const { ExportName = '', NextToken } = call.input;
    const importers = importersOf(placeOf(call), ExportName);
    if (importers.length === 0) throw validationError(`Export '${ExportName}' is not imported by any stack.`);
    const { items, ...next } = page(importers, NextToken, 100);
    return { Imports: items, ...next };
  },
};
