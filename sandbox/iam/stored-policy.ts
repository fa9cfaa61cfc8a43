import type { NamedPolicy } from '#shared/domain/iam/policy.ts';
import { parseStored } from './policy-documents.ts';

/** A policy that cannot be read allows nothing and, since it may hold denials, denies everything. */
export function namedPolicy(name: string, text: string | undefined): NamedPolicy {
  const parsed = text === undefined ? undefined : parseStored(text, 'identity');
  return { name, policy: parsed?.kind === 'policy' ? parsed.policy : denyAll };
}

const denyAll: NamedPolicy['policy'] = {
  version: '2012-10-17',
  statements: [
    {
      label: 'unreadable document',
      effect: 'Deny',
      action: { except: false, patterns: ['*'] },
      resource: { except: false, patterns: ['*'] },
      conditions: [],
    },
  ],
};
