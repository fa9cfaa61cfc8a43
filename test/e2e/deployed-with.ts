/** The orchestrator stack with its optional parts, which a rehearsal does not have. */
import { readFileSync } from 'node:fs';
import { deployTemplate } from '#cli/rehearsal/administrator.ts';
import { homeRegion, sharedServicesAccount } from '#sandbox/organization.ts';
import { ensurePackaged } from '../../scripts/package.mjs';
import type { Rehearsal } from './rehearsed-world.ts';

export const issuer = 'login.example.org/acme';
/** With these the API takes tokens. */
export const tokens = { TokenIssuer: `https://${issuer}`, TokenAudience: 'drawbridge' };

/** With this GitHub is told. */
export const gitHub = { GitHubSecret: 'drawbridge/github' };

/** Deploys the stack once more with these parameters. Answers its outputs. */
export async function deployWith(
  { sandbox }: Rehearsal,
  parameters: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const { template } = await ensurePackaged();
  return deployTemplate(sandbox, {
    ...{ account: sharedServicesAccount, region: homeRegion, stackName: 'drawbridge' },
    body: readFileSync(template, 'utf8'),
    parameters: { OrganizationId: sandbox.world.organization.id, ...parameters },
  });
}
