/** Finds principals written into configuration. Which role is assumed follows from the target record and from nothing else. */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import type { Path, YamlDocument } from './yaml-source.ts';

const principal = /arn:(aws[a-z-]*):(?:iam|sts)::\d*:(root|role|user|group|assumed-role|federated-user)\b[^\s"']*/;

const words: Readonly<Record<string, string>> = {
  root: 'an account root',
  role: 'a role',
  user: 'a user',
  group: 'a group',
  'assumed-role': 'a session of a role',
  'federated-user': 'a federated user',
};

/**
 * One ROLE_ARN problem for each principal in the document. Values of template parameters are the template's business and exempt; so are the
 * members of a policy's groups, who approve and are never assumed.
 */
export function roleArns(document: YamlDocument): Problem[] {
  return textsIn(document.value, []).flatMap(({ path, text }) => {
    const [arn, partition, type = ''] = principal.exec(text) ?? [];
    if (arn === undefined || isExempt(path)) return [];
    const what = `${words[type]}${partition === 'aws' ? '' : ` in partition ${partition}`}`;
    return [problem('ROLE_ARN', { arn, what }, document.placeOf(path))];
  });
}

function isExempt(path: Path): boolean {
  if (path[0] === 'groups') return true;
  return (path[0] === 'stacks' && path[2] === 'parameters') || (path[0] === 'layers' && path[2] === 'values');
}

function textsIn(value: unknown, path: Path): { path: Path; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    textsIn(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}
