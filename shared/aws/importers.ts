/** Who imports what a stack exports, in the account and region of a session. */
import { ListImportsCommand } from '@aws-sdk/client-cloudformation';
import type { TargetSession } from './sessions.ts';
import { asked, isCode } from './translate-error.ts';

/** Names of the stacks, sorted. An export that nobody imports is an error to CloudFormation (API reference, ListImports). */
export async function readImporters(session: TargetSession, exportName: string): Promise<string[]> {
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    const command = new ListImportsCommand({
      ExportName: exportName,
      ...(NextToken === undefined ? {} : { NextToken }),
    });
    const page = await session.cloudFormation.send(command).catch((error: unknown) => {
      return isUnused(error) ? undefined : asked('AWS CloudFormation', Promise.reject(error));
    });
    found.push(...(page?.Imports ?? []));
    NextToken = page?.NextToken;
  } while (NextToken !== undefined);
  return found.sort();
}

/** No code of its own: a plain ValidationError whose text says so. */
function isUnused(error: unknown): boolean {
  return isCode(error, 'ValidationError') && /is not imported by any stack/.test((error as Error).message);
}
